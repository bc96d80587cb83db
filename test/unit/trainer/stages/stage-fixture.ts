import { join } from 'node:path';
import type { TrainEvent } from '../../../../trainer/cli-output/events.ts';
import { type ResolvedConfig, readRunFile } from '../../../../trainer/config/index.ts';
import type { FilePair } from '../../../../trainer/data/datasets.ts';
import type { FloatImage, Image } from '../../../../trainer/data/image.ts';
import type { Loader } from '../../../../trainer/data/loader.ts';
import type { Measure } from '../../../../trainer/measures/measure.ts';
import { latestCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import type { Rollback } from '../../../../trainer/stages/non-finite.ts';
import { runStage } from '../../../../trainer/stages/run-stage.ts';
import type { StageContext } from '../../../../trainer/stages/stage-context.ts';
import type { StageEnd } from '../../../../trainer/stages/stage-end.ts';
import type { StageTrainer } from '../../../../trainer/stages/stage-trainer.ts';
import { openTrainingSession, type TrainingSession } from '../../../../trainer/stages/training-session.ts';
import { bicubic } from '../../../../trainer/stages/validation-images.ts';
import { filesOf } from '../runs/checkpoint-fixture.ts';

/** What a session did: its messages, its events, and how it ended. */
export interface Session {
  readonly lines: readonly string[];
  readonly events: readonly TrainEvent[];
  readonly end: StageEnd | undefined;
  /** Instead of an end. */
  readonly rollback: Rollback | undefined;
  readonly error: unknown;
}

interface SessionOptions {
  /** Of the data set `set`, unless they name theirs. */
  readonly validationPairs?: readonly (FilePair & { readonly dataset?: string })[];
  readonly measures?: readonly Measure[];
  /** Lines of YAML for the run file. */
  readonly settings?: readonly string[];
  /** Further settings of the stage, in the flow style of YAML. */
  readonly stageSettings?: string;
  readonly lastStep?: number;
  readonly stop?: AbortSignal;
  readonly onLine?: (line: string) => void;
  /** Called while a checkpoint is written. */
  readonly onCheckpoint?: () => void;
  /** Called with each image to upscale, for a validation or samples. */
  readonly onUpscale?: (lr: Image) => void;
  /** Changes an upscaled image. */
  readonly adjust?: (sr: FloatImage) => FloatImage;
  /** The loss of a step; 0.5 without it. */
  readonly lossAt?: (step: number) => number;
  /** Called before each update with its number. */
  readonly onUpdate?: (step: number, session: TrainingSession) => void;
  readonly next?: Loader['next'];
  /** Sentences of the loader, before the first step. */
  readonly notices?: string[];
}

/**
 * Runs the training loop in a run directory, from its newest checkpoint to step 6 of 6. The generator is bicubic
 * upscaling, an update changes nothing, and an epoch has three steps.
 */
export async function runSession(paths: RunPaths, options: SessionOptions = {}): Promise<Session> {
  const { onLine, onUpscale, onUpdate, onCheckpoint, settings = [] } = options;
  const lines: string[] = [];
  const observed: TrainEvent[] = [];
  const { checkpoint } = latestCheckpoint(paths);
  const startStep = checkpoint?.state.step ?? 0;
  const none = { rate: null, etaSeconds: null, loss: null, psnr: null, message: null };
  const stop = options.stop ?? new AbortController().signal;
  const status = { state: 'starting', stage: 'pretraining', epoch: 0, epochs: 0, step: 0, steps: 0 } as const;
  const session = await openTrainingSession(
    paths,
    { ...status, ...none },
    { onLine: (line) => lines.push(line), stop },
  );
  function* lastChunks(): Generator<Uint8Array> {
    onCheckpoint?.();
    yield Buffer.from('end');
  }
  const trainer: StageTrainer = {
    startStep,
    stepsBefore: 0,
    startPsnr: null,
    notices: [],
    generator: {
      async upscale(lr) {
        onUpscale?.(lr);
        const sr = await bicubic(lr, 2);
        return options.adjust?.(sr) ?? sr;
      },
      async close() {},
    },
    async update(batch) {
      onUpdate?.(batch.step, session);
      return { content_loss: options.lossAt?.(batch.step) ?? 0.5 };
    },
    checkpointFiles: async () => [...filesOf('weights'), { name: 'last', chunks: lastChunks() }],
    async close() {},
  };
  let loaded = startStep;
  const loader: Loader = {
    stepsPerEpoch: 3,
    skipped: [],
    takeNotices: () => (options.notices ?? []).splice(0),
    waited: 0,
    next:
      options.next ??
      (async () => ({
        step: ++loaded,
        epoch: 1,
        lr: new Float32Array(),
        hr: new Float32Array(),
      })),
    async close() {},
  };
  const events = createEventWriter(paths.root, checkpoint && startStep + 1, session.writable);
  const context: StageContext = {
    config: configOf(settings, options.stageSettings),
    stage: 'pretraining',
    engineName: 'cpu',
    session,
    loader,
    trainer,
    events,
    steps: 6,
    lastStep: options.lastStep ?? 6,
    validationPairs: (options.validationPairs ?? []).map((pair) => ({ dataset: 'set', ...pair })),
    measures: options.measures ?? [],
    checkpoint,
    configHash: '',
    stop,
    observer: {
      step() {},
      line(text) {
        lines.push(text);
        onLine?.(text);
      },
      event: (event) => observed.push(event),
    },
  };
  let end: StageEnd | undefined;
  let rollback: Rollback | undefined;
  let error: unknown;
  try {
    const result = await runStage(context);
    if (result.reason === 'rollback') rollback = result;
    else end = result;
  } catch (caught) {
    error = caught;
  }
  try {
    events.close();
  } catch (caught) {
    error ??= caught;
  }
  session.close({ state: 'stopped' });
  return { lines, events: observed, end, rollback, error };
}

function configOf(settings: readonly string[], stageSettings = ''): ResolvedConfig {
  const text = [
    'name: fixture',
    'scale_factor: 2',
    'batch_size: 1',
    'datasets: { set: { hr: { train: train, val: val } } }',
    'pretraining: { num_epoch: 2, cr_patch_size: [16, 16], train_datasets: [set], val_datasets: [set], STAGE }'.replace(
      'STAGE',
      stageSettings,
    ),
    'log_every_steps: 1',
    ...settings,
  ].join('\n');
  const { config, problems } = readRunFile(text, { file: join(import.meta.dirname, 'run.esrgan.yaml') });
  if (!config) throw new Error(JSON.stringify(problems));
  return config;
}
