import { relative } from 'node:path';
import {
  describeChange,
  imageSources,
  initFile,
  type ResolvedConfig,
  serializeResolved,
  stageChanges,
  tryReadTrainedConfig,
} from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { portablePath } from '../files/paths.ts';
import type { Stage } from '../run-state/run-state.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import {
  type Checkpoint,
  type FoundCheckpoint,
  latestCheckpoint,
  setAsideAfter,
} from '../runs/checkpoints.ts';
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
import { sha256OfText } from '../runs/sha256.ts';
import { sha256OfWeights } from '../weights/weights-sha256.ts';
import { report, type StageObserver, warn } from './stage-context.ts';
import type { StageEnd } from './stage-end.ts';
import { dataChanges, fingerprints, pairedSources } from './training-data.ts';
import type { TrainingSession } from './training-session.ts';
import { findTrainingStart, namedWeights } from './training-start.ts';

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

/**
 * The end of a stage that a resume has nothing to add to; undefined if there is something left: it has not finished, its last
 * checkpoint is not whole or not validated, or its run file or its images have changed since.
 */
export function finishedEnd(config: ResolvedConfig, paths: RunPaths, stage: Stage): StageEnd | undefined {
  const manifest = openManifest(paths);
  const stop = manifest?.sessions.findLast(({ start }) => start.stage === stage)?.stop;
  const trained = tryReadTrainedConfig(paths, stage);
  if (manifest === undefined || stop?.reason !== 'finished' || trained === undefined) return undefined;
  if (stageChanges(stage, trained, config).length > 0) return undefined;
  const state = latestCheckpoint(paths, stage).checkpoint?.state;
  if (state?.step !== stop.step) return undefined;
  const isValidated =
    Object.keys(state.metrics).length > 0 || imageSources(config, stage, 'val').length === 0;
  const data = fingerprints(pairedSources(config, stage, 'train'));
  if (!isValidated || dataChanges(manifest, data).length > 0) return undefined;
  return { reason: 'finished', step: stop.step, message: `Nothing to train: the ${stage} is finished.` };
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
    fromStart = false,
    follows,
    observer,
  }: {
    readonly config: ResolvedConfig;
    readonly stage: Stage;
    readonly resume: boolean;
    readonly fromStart?: boolean;
    /** The session has just finished the stage before. */
    readonly follows: boolean;
    readonly observer: StageObserver;
  },
  data: Manifest['data'],
): OpenedRun {
  const { paths } = session;
  const manifest = openManifest(paths);
  const text = serializeResolved(config);
  const configHash = sha256OfText(text);
  const tell = (line: string) => report({ session, observer }, line);
  const warnOf = (message: string) => warn({ session, observer }, message);
  const found = resume ? findCheckpoint(paths, stage, manifest) : undefined;
  const checkpoint = found?.checkpoint;
  for (const problem of found?.problems ?? []) warnOf(problem);
  if (checkpoint) {
    tell(`Resuming from ${checkpoint.name}.`);
    for (const line of changesSince(paths, stage, config)) tell(line);
  } else if (resume && !follows) tell('There is no checkpoint yet: starting from step 0.');
  if (checkpoint ?? fromStart) {
    for (const path of setAsideAfter(session.writable(), stage, checkpoint?.state.step ?? -1))
      tell(`Set aside: ${path}.`);
  }
  const start = !checkpoint && stage === 'training' ? findTrainingStart(config, paths) : undefined;
  for (const problem of start?.problems ?? []) warnOf(problem);
  const { init } = config.pretraining;
  const startFile =
    stage === 'training' ? start?.file : init && namedWeights('pretraining.init', initFile(init));
  const ancestor = !checkpoint && startFile ? ancestorOf(startFile, stage, paths) : undefined;
  if (!manifest) {
    createManifest(session.writable(), {
      seed: config.seed,
      configHash,
      data,
      ancestry: ancestor ? [ancestor] : [],
    });
  } else {
    for (const change of dataChanges(manifest, data)) session.log(change);
    recordData(session.writable(), data);
    if (ancestor) recordAncestor(session.writable(), ancestor);
  }
  writeFileAtomic(session.writable().config, text);
  return { isNew: manifest === undefined, configHash, checkpoint };
}

/** What has changed in the run file since a stage was last trained with it, in lines. */
function changesSince(paths: RunPaths, stage: Stage, config: ResolvedConfig): string[] {
  const trained = tryReadTrainedConfig(paths, stage);
  const changes = trained ? stageChanges(stage, trained, config) : [];
  if (changes.length === 0) return [];
  return [
    'Changed in the run file since the run was last trained:',
    ...changes.map((change) => `  ${describeChange(change)}`),
  ];
}

/**
 * The newest whole checkpoint; undefined if the stage was never saved, so that nothing is lost by starting at step 0.
 *
 * @throws WorkbenchError `run` if the stage was saved, but no checkpoint is whole
 */
function findCheckpoint(paths: RunPaths, stage: Stage, manifest: Manifest | undefined): FoundCheckpoint {
  const { checkpoint, problems } = latestCheckpoint(paths, stage);
  if (checkpoint === undefined && (problems.length > 0 || wasSaved(manifest, stage))) {
    const found = problems.length > 0 ? problems.join(' ') : `${paths.checkpoints} has no checkpoint of it.`;
    throw new WorkbenchError(
      'run',
      `Run ${paths.name} cannot resume its ${stage}: no whole checkpoint is left. ${found} Restore a copy of a checkpoint, change \`name\` to start a new run (with \`${stage}.init\` set to a file of weights that is left), or start this stage again at step 0 with \`--from-start\`.`,
    );
  }
  return { checkpoint, problems };
}

/** Whether an earlier session resumed from a checkpoint of the stage, or ended with one. */
function wasSaved(manifest: Manifest | undefined, stage: Stage): boolean {
  const sessions = manifest?.sessions.filter(({ start }) => start.stage === stage) ?? [];
  return sessions.some(
    ({ start, stop }) =>
      start.step > 0 ||
      (stop !== null && stop.step > 0 && (stop.reason === 'finished' || stop.reason === 'stopped')),
  );
}

/** The weights that a stage starts from. */
function ancestorOf(file: string, stage: Stage, paths: RunPaths): Ancestor {
  const inRun = portablePath(relative(paths.root, file));
  return { stage, path: inRun.startsWith('checkpoints/') ? inRun : file, sha256: sha256OfWeights(file) };
}
