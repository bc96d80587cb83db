import { relative } from 'node:path';
import { type ResolvedConfig, serializeResolved } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Stage } from '../run-state/run-state.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import { type Checkpoint, latestCheckpoint } from '../runs/checkpoints.ts';
import {
  type Ancestor,
  createManifest,
  isStageStarted,
  type Manifest,
  openManifest,
  recordAncestor,
  recordData,
} from '../runs/manifest.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { sha256OfFile, sha256OfText } from '../runs/sha256.ts';
import { dataChanges } from './training-data.ts';
import type { TrainingSession } from './training-session.ts';
import { findTrainingStart } from './training-start.ts';

/**
 * Protects the results of a run: a stage starts once, and then resumes.
 *
 * @throws WorkbenchError `run` if the stage was started
 */
export function assertNotStarted({ name }: ResolvedConfig, paths: RunPaths, stage: Stage): void {
  if (!isStageStarted(paths, stage)) return;
  const what =
    stage === 'pretraining'
      ? `The run ${name} already exists`
      : `The training stage of run ${name} was already started`;
  throw new WorkbenchError(
    'run',
    `${what}: ${paths.root}. Continue it with \`--resume\`, or change \`name\` to start a new run.`,
  );
}

export interface OpenedRun {
  /** The run was never trained before. */
  readonly isNew: boolean;
  /** SHA-256 of the resolved run file, in hex. */
  readonly configHash: string;
  /** The checkpoint of the stage to resume from. */
  readonly checkpoint: Checkpoint | undefined;
}

/** Records the run file and the data in the run directory, and finds the checkpoint to resume from. */
export function openRun(
  session: TrainingSession,
  {
    config,
    stage,
    resume,
  }: { readonly config: ResolvedConfig; readonly stage: Stage; readonly resume: boolean },
  data: Manifest['data'],
): OpenedRun {
  const { paths } = session;
  const manifest = openManifest(paths);
  const text = serializeResolved(config);
  const configHash = sha256OfText(text);
  const checkpoint = resume ? findCheckpoint(session, stage) : undefined;
  const ancestor = checkpoint ? undefined : ancestorOf(config, stage, paths);
  if (!manifest) {
    createManifest(paths, { seed: config.seed, configHash, data, ancestry: ancestor ? [ancestor] : [] });
  } else {
    for (const change of dataChanges(manifest, data)) session.log(change);
    recordData(paths, data);
    if (ancestor) recordAncestor(paths, ancestor);
  }
  writeFileAtomic(paths.config, text);
  return { isNew: manifest === undefined, configHash, checkpoint };
}

function findCheckpoint(session: TrainingSession, stage: Stage): Checkpoint | undefined {
  const { checkpoint, problems } = latestCheckpoint(session.paths, stage);
  for (const problem of problems) session.log(problem);
  session.log(
    checkpoint ? `Resuming from ${checkpoint.name}.` : 'There is no checkpoint yet: starting from step 0.',
  );
  return checkpoint;
}

/** The weights that a stage starts from; undefined if it starts from random weights. */
function ancestorOf(config: ResolvedConfig, stage: Stage, paths: RunPaths): Ancestor | undefined {
  const file = stage === 'training' ? findTrainingStart(config, paths).file : config.pretraining.init;
  if (!file) return undefined;
  const inRun = relative(paths.root, file).replaceAll('\\', '/');
  return { stage, path: inRun.startsWith('checkpoints/') ? inRun : file, sha256: sha256OfFile(file) };
}
