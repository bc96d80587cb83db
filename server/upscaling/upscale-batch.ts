import { WorkbenchError } from '../../trainer/errors/errors.ts';
import {
  isBoolean,
  isCount,
  isList,
  isNumber,
  isObject,
  isOneOf,
  isString,
} from '../../trainer/guards/guards.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import type {
  UpscaledImage,
  UpscalingBatch,
  UpscalingProgress,
  UpscalingResult,
} from '../protocol/upscaling.ts';

const isPlan = isObject<{ event: 'plan'; images: number; kept: readonly string[] }>({
  event: isOneOf(['plan']),
  images: isCount,
  kept: isList(isString),
});
const isBegin = isObject<{ event: 'begin'; input: string; image: number }>({
  event: isOneOf(['begin']),
  input: isString,
  image: isCount,
});
const isTile = isObject<{
  event: 'progress';
  tile: number;
  tiles: number;
  megapixelsPerSecond: number;
  batchEtaSeconds: number;
}>({
  event: isOneOf(['progress']),
  tile: isCount,
  tiles: isCount,
  megapixelsPerSecond: isNumber,
  batchEtaSeconds: isNumber,
});
const isDone = isObject<UpscaledImage & { event: 'done' }>({
  event: isOneOf(['done']),
  input: isString,
  output: isString,
  width: isCount,
  height: isCount,
  kept: isBoolean,
  notes: isList(isString),
});
const isFailed = isObject<{ event: 'failed'; input: string; message: string }>({
  event: isOneOf(['failed']),
  input: isString,
  message: isString,
});

/** Milliseconds between two tellings of the progress with tiles. */
const pace = 100;

/**
 * Upscales images as `esrgan upscale` does, in one process that opens the model once; `tell` hears how far it is.
 *
 * @throws WorkbenchError with what the command says, where nothing could be upscaled for a reason that is not a
 * image's: there is no such model, or the process was ended
 */
export async function upscaleBatch(
  programs: CommandPrograms,
  batch: UpscalingBatch,
  tell: (progress: UpscalingProgress) => void,
  signal: AbortSignal,
): Promise<UpscalingResult> {
  const images: UpscaledImage[] = [];
  const failures: { input: string; message: string }[] = [];
  let progress: UpscalingProgress = { ...initialProgress, batch: batch.batch, phase: 'opening' };
  let told = Number.NEGATIVE_INFINITY;
  const go = (change: Partial<UpscalingProgress>, isUrgent: boolean) => {
    progress = { ...progress, ...change };
    if (!isUrgent && performance.now() - told < pace) return;
    told = performance.now();
    tell(progress);
  };
  const onEvent = (event: object) => {
    if (isPlan(event)) {
      go({ phase: 'working', images: event.images, kept: event.kept }, true);
    } else if (isBegin(event)) {
      go({ input: event.input, image: event.image, tile: 0, tiles: 0 }, true);
    } else if (isTile(event)) {
      const { tile, tiles, megapixelsPerSecond, batchEtaSeconds } = event;
      go({ tile, tiles, megapixelsPerSecond, etaSeconds: batchEtaSeconds }, tile === tiles);
    } else if (isDone(event)) {
      const { input, output, width, height, kept, notes } = event;
      images.push({ input, output, width, height, kept, notes });
    } else if (isFailed(event)) {
      failures.push({ input: event.input, message: event.message });
    }
  };

  tell(progress);
  try {
    await runCommand(programs, upscaleWords(batch), { signal, onEvent });
  } catch (error) {
    const isCancelled = error instanceof WorkbenchError && error.code === 'interrupted';
    // Failures of images end the command with an error when all are through; any other end is one of its own.
    const isThrough = failures.length > 0 && isWhole(progress, images, failures.length);
    if (!isCancelled && !isThrough) throw error;
    return { images, failures, isCancelled };
  }
  return { images, failures, isCancelled: false };
}

/** A batch of which nothing is known yet. */
export const initialProgress: Omit<UpscalingProgress, 'batch' | 'phase'> = {
  kept: [],
  input: null,
  image: 0,
  images: 0,
  tile: 0,
  tiles: 0,
  megapixelsPerSecond: null,
  etaSeconds: null,
};

/** Whether every planned image came to its end. */
function isWhole(
  { phase, images }: UpscalingProgress,
  done: readonly UpscaledImage[],
  failed: number,
): boolean {
  return phase === 'working' && done.filter(({ kept }) => !kept).length + failed >= images;
}

function upscaleWords(batch: UpscalingBatch): string[] {
  const { model, inputs, outputFolder, outputName, existing, engine } = batch;
  return [
    'upscale',
    '--json',
    ...['--model', model, '--name', outputName, '--engine', engine],
    ...(outputFolder === null ? [] : ['--out', outputFolder]),
    ...(existing === 'keep' ? [] : [existing === 'replace' ? '--overwrite' : '--rename']),
    '--',
    ...inputs,
  ];
}
