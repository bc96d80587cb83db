import { isUpscaleEvent } from '../../trainer/cli-output/events.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import type {
  ModelChain,
  UpscaledImage,
  UpscalingBatch,
  UpscalingProgress,
  UpscalingResult,
} from '../protocol/upscaling.ts';

/** Minimum milliseconds between two reports of progress. */
const reportInterval = 100;

/**
 * Upscales images with `esrgan upscale`, in one process that opens the model once.
 *
 * @throws WorkbenchError with the message of the command, when it ended for a reason other than its images: there is no
 * such model, or the process was killed
 */
export async function upscaleBatch(
  programs: CommandPrograms,
  batch: UpscalingBatch,
  report: (progress: UpscalingProgress) => void,
  signal: AbortSignal,
): Promise<UpscalingResult> {
  let bundledModel: string | null = null;
  const images: UpscaledImage[] = [];
  const failures: { input: string; message: string }[] = [];
  let progress: UpscalingProgress = { ...initialProgress, batch: batch.batch, phase: 'opening' };
  let reported = Number.NEGATIVE_INFINITY;
  const advance = (change: Partial<UpscalingProgress>, isUrgent: boolean) => {
    progress = { ...progress, ...change };
    if (!isUrgent && performance.now() - reported < reportInterval) return;
    reported = performance.now();
    report(progress);
  };
  const onEvent = (event: object) => {
    if (!isUpscaleEvent(event)) return;
    if (event.event === 'plan') {
      if (batch.models === null) bundledModel = event.model;
      advance({ phase: 'working', images: event.pictures, kept: event.kept }, true);
    } else if (event.event === 'begin') {
      advance({ input: event.input, image: event.picture, sizes: event.sizes, tile: 0, tiles: 0 }, true);
    } else if (event.event === 'progress') {
      const { tile, tiles, megapixelsPerSecond, batchEtaSeconds } = event;
      advance({ tile, tiles, megapixelsPerSecond, etaSeconds: batchEtaSeconds }, tile === tiles);
    } else if (event.event === 'done') {
      const { input, output, width, height, kept, notes } = event;
      images.push({ input, output, width, height, kept, notes });
    } else if (event.event === 'failed') {
      failures.push({ input: event.input, message: event.message });
    }
  };

  report(progress);
  try {
    await runCommand(programs, upscaleArguments(batch), { signal, onEvent });
  } catch (error) {
    const isCancelled = error instanceof WorkbenchError && error.code === 'interrupted';
    // The command fails after the last image when some images failed; any other failure is its own.
    const isComplete = failures.length > 0 && hasAllImages(progress, images, failures.length);
    if (!isCancelled && !isComplete) throw error;
    return { bundledModel, images, failures, isCancelled };
  }
  return { bundledModel, images, failures, isCancelled: false };
}

/** The progress of a batch before it starts. */
export const initialProgress: Omit<UpscalingProgress, 'batch' | 'phase'> = {
  kept: [],
  input: null,
  image: 0,
  images: 0,
  sizes: [],
  tile: 0,
  tiles: 0,
  megapixelsPerSecond: null,
  etaSeconds: null,
};

/** Whether every planned image was upscaled or failed. */
function hasAllImages(
  { phase, images }: UpscalingProgress,
  done: readonly UpscaledImage[],
  failed: number,
): boolean {
  return phase === 'working' && done.filter(({ kept }) => !kept).length + failed >= images;
}

function upscaleArguments(batch: UpscalingBatch): string[] {
  const { models, inputs, outputFolder, outputName, output, existing, engine } = batch;
  const { size, format, quality, isBetter } = output;
  return [
    'upscale',
    '--json',
    ...(models === null ? [] : modelArguments(models)),
    ...['--name', outputName, '--engine', engine],
    ...(outputFolder === null ? [] : ['--out', outputFolder]),
    ...Object.entries(size ?? {}).flatMap(([side, value]) => [`--${side}`, String(value)]),
    ...(format === 'keep' ? [] : ['--format', format]),
    ...(quality === null ? [] : ['--quality', String(quality)]),
    ...(isBetter ? ['--tta'] : []),
    ...(existing === 'keep' ? [] : [existing === 'replace' ? '--overwrite' : '--rename']),
    '--',
    ...inputs,
  ];
}

function modelArguments({ model, second, next }: ModelChain): string[] {
  return [
    ...['--model', model],
    ...(second === null ? [] : ['--model2', second.model, '--alpha', String(second.alpha)]),
    ...next.flatMap((each) => ['--then', each]),
  ];
}
