import { setTimeout as delay } from 'node:timers/promises';
import type { ResolvedConfig } from '../config/index.ts';
import type { FilePair } from '../data/datasets.ts';
import type { Loader } from '../data/loader.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Stage } from '../run-state/run-state.ts';
import {
  type CheckpointState,
  listCheckpoints,
  pruneCheckpoints,
  writeCheckpoint,
} from '../runs/checkpoints.ts';
import type { EventWriter } from '../runs/event-writer.ts';
import { toolVersion } from '../tool-version.ts';
import { createHints } from './hints.ts';
import { createSampler } from './samples.ts';
import type { Session } from './session.ts';
import type { StageTrainer } from './stage.ts';
import {
  bicubic,
  readValidationImage,
  type ValidationImage,
  type ValidationResult,
  validate,
} from './validation.ts';

/** Who watches a stage: a terminal, a log, a program. */
export interface StageObserver {
  step(progress: StepProgress): void;
  line(text: string): void;
  event(event: object): void;
}

export interface StepProgress {
  readonly stage: string;
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** Steps a second, over the last while. */
  readonly rate: number;
  readonly etaSeconds: number;
}

export interface StageEnd {
  readonly reason: 'finished' | 'stopped';
  readonly step: number;
  readonly message: string | null;
}

export interface StageContext {
  readonly config: ResolvedConfig;
  readonly stage: Stage;
  readonly engineName: string;
  readonly session: Session;
  readonly loader: Loader;
  readonly trainer: StageTrainer;
  readonly events: EventWriter;
  /** Steps of the whole stage. */
  readonly steps: number;
  /** Step at which to stop for now. */
  readonly lastStep: number;
  readonly validationPairs: readonly FilePair[];
  readonly best: CheckpointState['best'];
  readonly configHash: string;
  readonly stop: AbortSignal;
  readonly observer: StageObserver;
}

/** Milliseconds between looks at the control folder while paused. */
const pausePoll = 200;

/**
 * The loop of a stage: update, log, validate, keep samples and checkpoints, obey requests.
 *
 * @throws WorkbenchError `notFinite` when a scalar stops being a number; `disk`; `data`
 */
export async function runStage(context: StageContext): Promise<StageEnd> {
  const { config, stage, session, loader, trainer, events, steps, lastStep, observer } = context;
  const { every_steps: validateEvery } = config.validation;
  const { every_steps: checkpointEvery } = config.checkpoints;
  const { every_steps: sampleEvery } = config.samples;
  const epochs = Math.ceil(steps / loader.stepsPerEpoch);
  const sampler = createSampler(context);
  const validation = createValidation(context);
  const clock = createClock(loader, trainer.startStep);
  const hints = createHints(stage, trainer.startPsnr);
  let best = context.best;
  let step = trainer.startStep;
  let saved = step;
  let skipped = loader.skipped.length;
  session.tell(
    { state: 'running', step, steps, epochs, epoch: epochOf(step), psnr: best?.psnr ?? null },
    true,
  );

  function epochOf(done: number): number {
    return Math.floor(done / loader.stepsPerEpoch);
  }

  async function checkpoint(result?: ValidationResult): Promise<void> {
    const files = await trainer.checkpointFiles();
    // Scalars before the checkpoint: those behind it are logged again after a resume, those before it never.
    events.flush({ durable: true });
    writeCheckpoint(session.paths, files, {
      stage,
      step,
      epoch: epochOf(step),
      batch: step % loader.stepsPerEpoch,
      adamStep: step,
      seed: config.seed,
      configHash: context.configHash,
      toolVersion,
      engine: context.engineName,
      best,
      metrics: result ? { psnr: result.rgb.psnr, ssim: result.rgb.ssim, psnr_y: result['paper-y'].psnr } : {},
    });
    pruneCheckpoints(session.paths, stage, config.checkpoints.keep);
    saved = step;
    session.log(`Checkpoint at step ${step}.`);
  }

  function tellHint(hint: string | undefined): void {
    if (hint === undefined) return;
    session.log(hint);
    observer.line(hint);
  }

  /** Validates, and tells whether this is the best so far. */
  async function measure(): Promise<{ result: ValidationResult | undefined; isBest: boolean }> {
    const result = await validation();
    if (!result) return { result, isBest: false };
    events.scalars(trainer.stepsBefore + step, {
      'validation/psnr_rgb': result.rgb.psnr,
      'validation/ssim_rgb': result.rgb.ssim,
      'validation/psnr_y': result['paper-y'].psnr,
      'validation/ssim_y': result['paper-y'].ssim,
    });
    events.flush();
    const value = config.checkpoints.best === 'psnr' ? result.rgb.psnr : result.rgb.ssim;
    const isBest = best === null || value > best[config.checkpoints.best];
    if (isBest) best = { psnr: result.rgb.psnr, ssim: result.rgb.ssim, step };
    session.tell({ psnr: result.rgb.psnr });
    const text = `Step ${step}: validation PSNR ${result.rgb.psnr.toFixed(3)} dB RGB, ${result['paper-y'].psnr.toFixed(3)} dB Y, SSIM ${result.rgb.ssim.toFixed(4)}, ${result.images} images${isBest ? ', the best so far' : ''}.`;
    session.log(text);
    observer.line(text);
    observer.event({
      event: 'validation',
      stage,
      step,
      rgb: result.rgb,
      'paper-y': result['paper-y'],
      isBest,
    });
    tellHint(hints.validation(result.rgb.psnr));
    return { result, isBest };
  }

  while (step < lastStep) {
    const requests = session.requests();
    if (requests.includes('stop') || context.stop.aborted) return await stopped('Stopped on request.');
    if (requests.lastIndexOf('pause') > requests.lastIndexOf('resume')) {
      const goOn = await pause(context, step === saved ? undefined : checkpoint);
      if (!goOn) return await stopped('Stopped on request.');
      clock.restart(step);
    }

    const batch = await loader.next();
    const scalars = await trainer.update(batch, step + 1);
    assertFinite(context, scalars, step + 1);
    step += 1;
    for (const { file, reason } of loader.skipped.slice(skipped)) observer.line(`Skipped ${file}: ${reason}`);
    skipped = loader.skipped.length;

    tellHint(hints.step(scalars));
    const loss = Object.values(scalars)[0]!;
    const { rate } = clock.read(step);
    const etaSeconds = (steps - step) / rate;
    session.tell({ step, epoch: epochOf(step), loss, rate, etaSeconds });
    observer.step({ stage, step, steps, epoch: batch.epoch, epochs, loss, rate, etaSeconds });
    if (step % config.log_every_steps === 0 || step === lastStep) {
      events.scalars(trainer.stepsBefore + step, {
        ...tagged('train', scalars),
        ...tagged('machine', clock.lap(step, config.batch_size)),
      });
      events.flush();
      observer.event({ event: 'step', stage, step, steps, epoch: batch.epoch, rate, ...scalars });
    }

    const isLast = step === lastStep;
    const isValidated = step % validateEvery === 0 || isLast || requests.includes('validate');
    const isSampled = step % sampleEvery === 0 || isLast;
    const { result, isBest } = isValidated ? await measure() : { result: undefined, isBest: false };
    if (isSampled) await sampler(step);
    if (step % checkpointEvery === 0 || isLast || isBest || requests.includes('checkpoint'))
      await checkpoint(result);
    if (isValidated || isSampled) clock.restart(step);
  }
  if (step === steps) return { reason: 'finished', step, message: null };
  return { reason: 'stopped', step, message: `Stopped after ${step} steps, as asked.` };

  async function stopped(message: string): Promise<StageEnd> {
    if (step !== saved) await checkpoint();
    session.log(message);
    return { reason: 'stopped', step, message };
  }
}

/** Waits until a request says to go on; false where it says to stop. */
async function pause(
  { session, stop, observer }: StageContext,
  checkpoint: (() => Promise<void>) | undefined,
): Promise<boolean> {
  await checkpoint?.();
  session.tell({ state: 'paused', rate: null, etaSeconds: null }, true);
  observer.line('Paused.');
  while (true) {
    const requests = session.requests();
    if (requests.includes('stop') || stop.aborted) return false;
    if (requests.includes('resume')) break;
    await delay(pausePoll);
  }
  session.tell({ state: 'running' }, true);
  observer.line('Going on.');
  return true;
}

/** A run that has lost its numbers cannot find them again: it ends here, before anything bad is saved. */
function assertFinite(
  { session, config, stage }: StageContext,
  scalars: Readonly<Record<string, number>>,
  step: number,
): void {
  const bad = Object.entries(scalars).find(([, value]) => !Number.isFinite(value));
  if (!bad) return;
  const last = listCheckpoints(session.paths, stage).at(-1);
  const { pretraining, training } = config;
  const rates =
    stage === 'pretraining'
      ? `\`pretraining.lr\` (now ${pretraining.lr})`
      : `\`training.g_lr\` (now ${training.g_lr}) and \`training.d_lr\` (now ${training.d_lr})`;
  throw new WorkbenchError(
    'notFinite',
    `At step ${step} of ${stage}, ${bad[0]} is ${bad[1]}: the net has lost its numbers. ${
      last
        ? `The last good checkpoint is ${last.name}; \`esrgan train --resume\` goes on from it.`
        : 'There is no checkpoint yet.'
    } Lower ${rates}, or look for damaged images in the training data.`,
  );
}

/** A function that measures the generator as it is; the images stay in memory when they are crops. */
function createValidation({
  config,
  trainer,
  validationPairs,
  observer,
  session,
}: StageContext): () => Promise<ValidationResult | undefined> {
  const { crop_size: crop, max_images: maximum } = config.validation;
  const pairs = validationPairs.slice(0, maximum ?? validationPairs.length);
  const scale = config.scale_factor;
  const kept: ValidationImage[] = [];
  let isBaselineKnown = false;

  async function* images(): AsyncGenerator<ValidationImage> {
    if (kept.length === pairs.length) {
      yield* kept;
      return;
    }
    kept.length = 0;
    for (const pair of pairs) {
      const image = await readValidationImage(pair, scale, crop);
      if (crop) kept.push(image);
      yield image;
    }
  }

  return async () => {
    if (pairs.length === 0) return undefined;
    if (!isBaselineKnown) {
      isBaselineKnown = true;
      const baseline = await validate(images(), scale, (lr) => bicubic(lr, scale));
      if (baseline) {
        const text = `Bicubic on the validation images: PSNR ${baseline.rgb.psnr.toFixed(3)} dB RGB, ${baseline['paper-y'].psnr.toFixed(3)} dB Y.`;
        session.log(text);
        observer.line(text);
      }
    }
    return validate(images(), scale, (lr) => trainer.generator.upscale(lr));
  };
}

interface Clock {
  /** Steps a second of late; to be called after every step. */
  read(step: number): { rate: number };
  /** Scalars since the last lap: rate, samples a second, share of time without a batch, memory. */
  lap(step: number, batchSize: number): Record<string, number>;
  /** Leaves out what was not training, such as a validation. */
  restart(step: number): void;
}

function createClock(loader: Loader, startStep: number): Clock {
  let lapTime = performance.now();
  let lapStep = startStep;
  let lapWaited = loader.waited;
  let stepTime = lapTime;
  let seconds = 0;
  return {
    read() {
      const now = performance.now();
      const last = (now - stepTime) / 1000;
      stepTime = now;
      // The first step after a start is slower: it does not speak for the rest.
      seconds = seconds === 0 ? last : 0.9 * seconds + 0.1 * last;
      return { rate: 1 / seconds };
    },
    lap(step, batchSize) {
      const now = performance.now();
      const elapsed = Math.max((now - lapTime) / 1000, 1e-9);
      const rate = (step - lapStep) / elapsed;
      const idle = Math.min((loader.waited - lapWaited) / 1000 / elapsed, 1);
      lapTime = now;
      lapStep = step;
      lapWaited = loader.waited;
      return {
        steps_per_second: rate,
        samples_per_second: rate * batchSize,
        loader_idle_share: idle,
        memory_bytes: process.memoryUsage.rss(),
      };
    },
    restart(step) {
      lapTime = performance.now();
      stepTime = lapTime;
      lapStep = step;
      lapWaited = loader.waited;
    },
  };
}

function tagged(group: string, scalars: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [`${group}/${name}`, value]));
}
