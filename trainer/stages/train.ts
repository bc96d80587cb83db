import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { imageSources, type ResolvedConfig, serializeResolved, totalSteps } from '../config/index.ts';
import { type FilePair, filePairs } from '../data/datasets.ts';
import { type Loader, openLoader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Stage } from '../run-state/run-state.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import { type Checkpoint, latestCheckpoint, sha256OfFile } from '../runs/checkpoints.ts';
import { createEventWriter } from '../runs/event-writer.ts';
import {
  type Ancestor,
  createManifest,
  type DataFingerprint,
  isStageStarted,
  type Manifest,
  readManifest,
  recordAncestor,
  recordData,
  recordStart,
  recordStop,
} from '../runs/manifest.ts';
import { createRunDirectory, type RunPaths, runPaths } from '../runs/run-directory.ts';
import { toolVersion } from '../tool-version.ts';
import { openPretraining } from './pretraining.ts';
import { runStage, type StageEnd, type StageObserver } from './run-stage.ts';
import { openSession, type Session, type StatusNow } from './session.ts';
import { assertTrainingPossible, openTraining } from './training.ts';
import { findTrainingStart } from './training-start.ts';

export interface TrainOptions {
  readonly config: ResolvedConfig;
  readonly engine: Engine;
  readonly stage: Stage;
  /** Go on from the newest whole checkpoint; otherwise the run must be new. */
  readonly resume: boolean;
  /** Stop with a checkpoint once the stage has so many steps behind it. */
  readonly maxSteps?: number;
  /** Stops with a checkpoint after the step in hand. */
  readonly stop: AbortSignal;
  readonly observer: StageObserver;
}

export interface TrainResult extends StageEnd {
  readonly paths: RunPaths;
}

/**
 * Trains one stage of a run, in its run directory, from its beginning or its newest checkpoint to its end or
 * a stop.
 *
 * @throws WorkbenchError `run` (exists, locked, does not fit), `data`, `notFinite`, `disk`
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { config, engine, stage, resume } = options;
  const root = join(config.runs_dir, config.name);
  if (!resume) assertNotBegun(config, runPaths(root), stage);
  if (stage === 'training') assertTrainingPossible(config, runPaths(root));
  const paths = createRunDirectory(root);
  const session = openSession(paths, startingStatus(stage));
  try {
    const sources = pairedSources(config, stage, 'train');
    const { isNew, checkpoint } = openRun(session, options, fingerprints(sources));
    recordStart(paths, {
      stage,
      step: checkpoint?.state.step ?? 0,
      toolVersion,
      engine: engine.name,
      device: engine.device,
    });
    const end = await trainFrom(session, options, { isNew, checkpoint }, pairsOf(sources));
    recordStop(paths, { stage, step: end.step, reason: end.reason });
    session.end({ state: end.reason, message: end.message });
    return { ...end, paths };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    endInFailure(session, stage, message);
    throw error;
  }
}

/** A stage is begun once: what a run has learned is never overwritten by accident. */
function assertNotBegun({ name }: ResolvedConfig, paths: RunPaths, stage: Stage): void {
  if (!isStageStarted(paths, stage)) return;
  const what =
    stage === 'pretraining' ? `The run ${name} exists` : `The training stage of run ${name} was begun`;
  throw new WorkbenchError(
    'run',
    `${what}: ${paths.root}. Go on with \`--resume\`, or give the run another \`name\`.`,
  );
}

function startingStatus(stage: Stage): StatusNow {
  const none = { rate: null, etaSeconds: null, loss: null, psnr: null, message: null };
  return { state: 'starting', stage, epoch: 0, epochs: 0, step: 0, steps: 0, ...none };
}

/** What a stage finds in its run. */
interface Opened {
  /** Nobody has trained the run before. */
  readonly isNew: boolean;
  /** Of the stage, to go on from. */
  readonly checkpoint: Checkpoint | undefined;
}

/** Makes a new run's manifest, or finds the checkpoint from which an old one goes on. */
function openRun(session: Session, { config, stage, resume }: TrainOptions, data: Manifest['data']): Opened {
  const { paths } = session;
  const manifest = readManifest(paths);
  const text = serializeResolved(config);
  const { checkpoint, problems } = resume
    ? latestCheckpoint(paths, stage)
    : { checkpoint: undefined, problems: [] };
  const ancestor = checkpoint ? undefined : ancestorOf(config, stage, paths);
  if (!manifest) {
    createManifest(paths, {
      seed: config.seed,
      configHash: sha256(text),
      data,
      ancestry: ancestor ? [ancestor] : [],
    });
  } else {
    for (const change of changesOfData(manifest, data)) session.log(change);
    recordData(paths, data);
    if (ancestor) recordAncestor(paths, ancestor);
  }
  writeFileAtomic(paths.config, text);
  const isNew = manifest === undefined;
  if (!resume) return { isNew, checkpoint: undefined };
  for (const problem of problems) session.log(problem);
  session.log(
    checkpoint ? `Resuming from ${checkpoint.name}.` : 'No checkpoint yet: starting from the beginning.',
  );
  return { isNew, checkpoint };
}

const openStage = { pretraining: openPretraining, training: openTraining };

async function trainFrom(
  session: Session,
  options: TrainOptions,
  { isNew, checkpoint }: Opened,
  pairs: readonly FilePair[],
): Promise<StageEnd> {
  const { config, engine, stage, observer } = options;
  const startStep = checkpoint?.state.step ?? 0;
  const loader = await openLoader({
    pairs,
    scale: config.scale_factor,
    patch: config[stage].cr_patch_size,
    batchSize: config.batch_size,
    channels: config.img_channels,
    augmentation: config.augmentation,
    seed: config.seed,
    stage,
    startStep,
    cacheBytes: config.cache_mb * 2 ** 20,
    ...(config.workers === null ? {} : { workers: config.workers }),
  });
  try {
    reportSkipped(session, loader, observer);
    const steps = totalSteps(config[stage], loader.stepsPerEpoch);
    observer.line(
      `${config.name}: ${stage} on ${engine.device} (${engine.name}), ${pairs.length} images, ${loader.stepsPerEpoch} steps per epoch, ${steps} steps.`,
    );
    const trainer = await openStage[stage](config, engine, checkpoint, session.paths);
    const firstStep = trainer.stepsBefore + startStep + 1;
    const events = createEventWriter(session.paths.root, isNew ? undefined : firstStep);
    try {
      return await runStage({
        config,
        stage,
        engineName: engine.name,
        session,
        loader,
        trainer,
        events,
        steps,
        lastStep: Math.min(steps, options.maxSteps ?? steps),
        validationPairs: pairsOf(pairedSources(config, stage, 'val')),
        best: checkpoint?.state.best ?? null,
        configHash: sha256(serializeResolved(config)),
        stop: options.stop,
        observer,
      });
    } finally {
      events.close();
      await trainer.close();
    }
  } finally {
    await loader.close();
  }
}

/** A data set and its files. */
interface PairedSource {
  readonly name: string;
  /** Of its HR images. */
  readonly path: string;
  readonly pairs: readonly FilePair[];
}

function pairedSources(config: ResolvedConfig, stage: Stage, split: 'train' | 'val'): PairedSource[] {
  return imageSources(config, stage, split).map((source) => ({
    name: source.name,
    path: source.hr,
    pairs: filePairs(source, config.scale_factor),
  }));
}

function pairsOf(sources: readonly PairedSource[]): FilePair[] {
  return sources.flatMap(({ pairs }) => pairs);
}

function reportSkipped(session: Session, loader: Loader, observer: StageObserver): void {
  for (const { file, reason } of loader.skipped) {
    session.log(`Skipped ${file}: ${reason}`);
    observer.line(`Skipped ${file}: ${reason}`);
  }
}

function endInFailure(session: Session, stage: Stage, message: string): void {
  try {
    session.log(`Failed: ${message}`);
    const isRecorded = readManifest(session.paths)?.sessions.at(-1)?.stop === null;
    if (isRecorded) recordStop(session.paths, { stage, step: session.status().step, reason: message });
  } catch (error) {
    // The failure itself matters more than that it could not be written down, as on a full disk.
    if (!(error instanceof WorkbenchError)) throw error;
  }
  session.end({ state: 'failed', message });
}

/** The weights that a stage starts from; undefined where it starts at random. */
function ancestorOf(config: ResolvedConfig, stage: Stage, paths: RunPaths): Ancestor | undefined {
  const file = stage === 'training' ? findTrainingStart(config, paths).file : config.pretraining.init;
  if (!file) return undefined;
  const inRun = relative(paths.root, file).replaceAll('\\', '/');
  return { stage, path: inRun.startsWith('checkpoints/') ? inRun : file, sha256: sha256OfFile(file) };
}

function fingerprints(sources: readonly PairedSource[]): Manifest['data'] {
  return Object.fromEntries(sources.map((each) => [each.name, fingerprint(each)]));
}

function changesOfData(before: Manifest, now: Manifest['data']): string[] {
  return Object.entries(now).flatMap(([name, { files, sha256 }]) => {
    const old = before.data[name];
    if (old === undefined || old.sha256 === sha256) return [];
    return `The data set ${name} is not what the run was trained on before: ${old.files} files then, ${files} now, or other names or sizes.`;
  });
}

function fingerprint({ path, pairs }: PairedSource): DataFingerprint {
  const files = pairs.flatMap(({ hr, lr }) => (lr ? [hr, lr] : [hr]));
  const sizes = files.map((file) => statSync(file).size);
  const lines = files.map((file, index) => `${relative(path, file)}\t${sizes[index]}`);
  return {
    path,
    files: files.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    sha256: sha256(lines.sort().join('\n')),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
