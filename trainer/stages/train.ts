import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { imageSources, type ResolvedConfig, serializeResolved, totalSteps } from '../config/index.ts';
import { type FilePair, filePairs } from '../data/datasets.ts';
import { type Loader, openLoader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import { type Checkpoint, latestCheckpoint, sha256OfFile } from '../runs/checkpoints.ts';
import { createEventWriter } from '../runs/event-writer.ts';
import {
  type Ancestor,
  createManifest,
  type DataFingerprint,
  readManifest,
  recordStart,
  recordStop,
} from '../runs/manifest.ts';
import { createRunDirectory, type RunPaths, runPaths } from '../runs/run-directory.ts';
import { toolVersion } from '../tool-version.ts';
import { openPretraining } from './pretraining.ts';
import { runStage, type StageEnd, type StageObserver } from './run-stage.ts';
import { openSession, type Session, type StatusNow } from './session.ts';

export interface TrainOptions {
  readonly config: ResolvedConfig;
  readonly engine: Engine;
  readonly stage: 'pretraining';
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
  if (!resume && readManifest(runPaths(root))) {
    throw new WorkbenchError(
      'run',
      `The run ${config.name} exists: ${root}. Go on with \`--resume\`, or give the run another \`name\`.`,
    );
  }
  const paths = createRunDirectory(root);
  const session = openSession(paths, startingStatus(stage));
  try {
    const checkpoint = openRun(session, options);
    const trainPairs = pairsOf(config, stage, 'train');
    recordStart(paths, {
      stage,
      step: checkpoint?.state.step ?? 0,
      toolVersion,
      engine: engine.name,
      device: engine.device,
    });
    const end = await trainFrom(session, options, checkpoint, trainPairs);
    recordStop(paths, { stage, step: end.step, reason: end.reason });
    session.end({ state: end.reason, message: end.message });
    return { ...end, paths };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    endInFailure(session, stage, message);
    throw error;
  }
}

function startingStatus(stage: 'pretraining'): StatusNow {
  const none = { rate: null, etaSeconds: null, loss: null, psnr: null, message: null };
  return { state: 'starting', stage, epoch: 0, epochs: 0, step: 0, steps: 0, ...none };
}

/** Makes a new run's manifest, or finds the checkpoint from which an old one goes on. */
function openRun(session: Session, { config, stage, resume }: TrainOptions): Checkpoint | undefined {
  const { paths } = session;
  const manifest = readManifest(paths);
  const text = serializeResolved(config);
  if (!manifest) {
    const data = Object.fromEntries(
      imageSources(config, stage, 'train').map((source) => [source.name, fingerprint(source.hr, config, source)]),
    );
    createManifest(paths, { seed: config.seed, configHash: sha256(text), data, ancestry: ancestry(config) });
  }
  writeFileAtomic(paths.config, text);
  if (!resume) return undefined;
  const { checkpoint, problems } = latestCheckpoint(paths, stage);
  for (const problem of problems) session.log(problem);
  session.log(checkpoint ? `Resuming from ${checkpoint.name}.` : 'No checkpoint yet: starting from the beginning.');
  return checkpoint;
}

async function trainFrom(
  session: Session,
  options: TrainOptions,
  checkpoint: Checkpoint | undefined,
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
    const trainer = await openPretraining(config, engine, checkpoint);
    const events = createEventWriter(session.paths.root, checkpoint || options.resume ? startStep + 1 : undefined);
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
        validationPairs: pairsOf(config, stage, 'val'),
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

function pairsOf(config: ResolvedConfig, stage: 'pretraining', split: 'train' | 'val'): FilePair[] {
  return imageSources(config, stage, split).flatMap((source) => filePairs(source, config.scale_factor));
}

function reportSkipped(session: Session, loader: Loader, observer: StageObserver): void {
  for (const { file, reason } of loader.skipped) {
    session.log(`Skipped ${file}: ${reason}`);
    observer.line(`Skipped ${file}: ${reason}`);
  }
}

function endInFailure(session: Session, stage: 'pretraining', message: string): void {
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

/** Weights that the run starts from. */
function ancestry({ pretraining }: ResolvedConfig): Ancestor[] {
  const { init } = pretraining;
  return init ? [{ stage: 'pretraining', path: init, sha256: sha256OfFile(init) }] : [];
}

function fingerprint(
  path: string,
  config: ResolvedConfig,
  source: Parameters<typeof filePairs>[0],
): DataFingerprint {
  const files = filePairs(source, config.scale_factor).flatMap(({ hr, lr }) => (lr ? [hr, lr] : [hr]));
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
