import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Augmentation, Operation } from '../config/resolved.ts';
import { patchesPerEpoch } from '../config/steps.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { imageSize } from '../image-files/image-size.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { FilePair } from './datasets.ts';
import type { Channels } from './image.ts';
import type { LoadReply, LoadRequest, LoadSettings } from './load-protocol.ts';
import { createOrder } from './order.ts';

export interface LoaderOptions {
  readonly pairs: readonly FilePair[];
  readonly scale: number;
  /** Height and width of the high-resolution patches, multiples of the scale. */
  readonly patch: readonly [number, number];
  /** Patches in the batch of a step. */
  readonly batchSize: number;
  readonly channels: Channels;
  /** Compression and dropout apply in pretraining only. */
  readonly augmentation: Augmentation;
  /** Makes the LR patches from HR patches, in both stages; none if the LR images are given or downscaled. */
  readonly degradation: readonly Operation[];
  /** Probability that the degradation makes a patch; the others are cut out of the LR image. By default 1. */
  readonly degradationProbability?: number;
  readonly seed: number;
  readonly stage: Stage;
  /** Steps done; the first batch is that of the next step. */
  readonly startStep: number;
  /** Threads; by default one fewer than there are cores, 1 to 8. */
  readonly workers?: number;
  /** Bytes of decoded images in memory, for all threads together. */
  readonly cacheBytes: number;
  /** The bundled load-worker.ts; by default next to this file. */
  readonly workerUrl?: URL;
}

/** The training examples of one step. */
export interface Batch {
  /** Counts from 1 within the stage. */
  readonly step: number;
  /** Counts from 1; an epoch uses each image once, except those that do not fill a batch. */
  readonly epoch: number;
  /** `[N, h, w, C]` in 0..1. */
  readonly lr: Float32Array<ArrayBuffer>;
  /** `[N, H, W, C]` in 0..1. */
  readonly hr: Float32Array<ArrayBuffer>;
}

/** A file that is not used for training. */
interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

export interface Loader {
  readonly stepsPerEpoch: number;
  /** The files that are not used in this session. */
  readonly skipped: readonly SkippedFile[];
  /**
   * Sentences about files since the last call. A file that cannot be read is replaced by the next image for one sample, and
   * is tried again at its next use: the disk may have been away for a moment.
   */
  takeNotices(): readonly string[];
  /** Milliseconds that `next` has waited for the workers so far. */
  readonly waited: number;
  /**
   * The batch of the next step. One call at a time.
   *
   * @throws WorkbenchError `data` if no image can be read
   */
  next(): Promise<Batch>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** A batch that still misses samples. */
interface PendingBatch {
  readonly batch: Batch;
  missing: number;
}

/** Batches that the workers prepare ahead of the training step. */
const prefetched = 4;

/**
 * Loads the batches of a stage. The batch of a step depends only on seed, stage, step and the files, not on the start
 * step, the number of threads or their timing.
 *
 * Files that are too small or whose header cannot be read are skipped. Each image belongs to one thread, so that no
 * two threads cache the same image.
 *
 * @throws WorkbenchError `data` if fewer images remain than a batch needs
 */
export async function openLoader(options: LoaderOptions): Promise<Loader> {
  const { batchSize, scale, patch, channels, seed, stage } = options;
  const { pairs, skipped } = selectPairs(options);
  const hrLength = patch[0] * patch[1] * channels;
  const lrLength = hrLength / (scale * scale);

  const threads = options.workers ?? Math.min(Math.max(availableParallelism() - 1, 1), 8);
  const cacheBytes = Math.floor(options.cacheBytes / threads);
  const settings = loadSettings(options, pairs, cacheBytes);
  const workers = Array.from({ length: threads }, startWorker);

  const pending = new Map<number, PendingBatch>();
  /** The pairs that could not be read at their last use, with the reasons. */
  const unreadable = new Map<number, string>();
  let notices: string[] = [];
  const order = createOrder({ seed, stage, weights: weightsOf(pairs), batchSize });
  let step = options.startStep;
  let requested = options.startStep;
  let waited = 0;
  let failure: Error | undefined;
  let wake = () => {};

  function startWorker(): Worker {
    const worker = new Worker(options.workerUrl ?? findWorker(), { workerData: settings });
    worker.on('message', receive);
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('a thread of the image loader ended')));
    return worker;
  }

  function fail(error: unknown): void {
    failure ??= error instanceof Error ? error : new Error(String(error));
    wake();
  }

  function prefetch(): void {
    while (requested < step + prefetched) {
      requested += 1;
      const { epoch, drawn } = order.at(requested);
      const lr = new Float32Array(batchSize * lrLength);
      const hr = new Float32Array(batchSize * hrLength);
      pending.set(requested, { batch: { step: requested, epoch, lr, hr }, missing: batchSize });
      send(
        requested,
        Array.from(drawn, (pair, slot) => ({ slot, pair })),
      );
    }
  }

  function send(ofStep: number, samples: LoadRequest['samples'][number][]): void {
    for (const [i, worker] of workers.entries()) {
      const own = samples.filter(({ pair }) => pair % threads === i);
      if (own.length > 0) worker.postMessage({ step: ofStep, samples: own } satisfies LoadRequest);
    }
  }

  /** The next pair that was readable at its last use. */
  function replacementOf(pair: number): number {
    let candidate = pair;
    do candidate = (candidate + 1) % pairs.length;
    while (unreadable.has(candidate));
    return candidate;
  }

  function receive(reply: LoadReply): void {
    const { step: ofStep, samples } = reply.request;
    const target = pending.get(ofStep);
    if (!target) return;
    for (const [i, { slot }] of samples.entries()) {
      normalize(reply.lr, i * lrLength, target.batch.lr, slot * lrLength, lrLength);
      normalize(reply.hr, i * hrLength, target.batch.hr, slot * hrLength, hrLength);
    }
    target.missing -= samples.length - reply.unreadable.length;
    for (const { pair } of samples) {
      const reason = reply.unreadable.find((each) => each.pair === pair)?.reason;
      if (reason === undefined && unreadable.delete(pair))
        notices.push(`${pairs[pair]!.hr} can be read again.`);
      else if (reason !== undefined && !unreadable.has(pair)) {
        unreadable.set(pair, reason);
        notices.push(
          `Skipped ${reason.replace(/\.?$/, '.')} The next image replaces it; it is tried again at its next use.`,
        );
      }
    }
    if (unreadable.size === pairs.length) {
      fail(tooFewImages(0, batchSize, [...unreadable.values()]));
      return;
    }
    send(
      ofStep,
      reply.unreadable.map(({ slot, pair }) => ({ slot, pair: replacementOf(pair) })),
    );
    if (target.missing === 0) wake();
  }

  prefetch();
  return {
    stepsPerEpoch: order.stepsPerEpoch,
    skipped,
    takeNotices() {
      const taken = notices;
      notices = [];
      return taken;
    },
    get waited() {
      return waited;
    },
    async next() {
      step += 1;
      prefetch();
      const current = pending.get(step)!;
      const start = performance.now();
      while (current.missing > 0 && !failure) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      waited += performance.now() - start;
      if (current.missing > 0) throw failure;
      pending.delete(step);
      return current.batch;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/**
 * What the samples of a stage depend on.
 *
 * @param pairs those that training uses, see `selectPairs`
 */
export function loadSettings(
  options: Omit<LoaderOptions, 'startStep' | 'cacheBytes'>,
  pairs: readonly FilePair[],
  cacheBytes: number,
): LoadSettings {
  const { scale, patch, channels, augmentation, degradation, degradationProbability = 1 } = options;
  const { seed, stage } = options;
  return {
    pairs,
    scale,
    patch,
    channels,
    augmentation,
    degradation,
    degradationProbability,
    seed,
    stage,
    cacheBytes,
  };
}

function normalize(from: Uint8Array, at: number, to: Float32Array, start: number, length: number): void {
  for (let i = 0; i < length; i++) to[start + i] = from[at + i]! / 255;
}

/**
 * The pairs that training uses, according to their headers.
 *
 * @throws WorkbenchError `data` if fewer remain than a batch needs
 */
export function selectPairs(options: Pick<LoaderOptions, 'pairs' | 'scale' | 'patch' | 'batchSize'>): {
  readonly pairs: readonly FilePair[];
  readonly skipped: readonly SkippedFile[];
} {
  const skipped: SkippedFile[] = [];
  const pairs = options.pairs.filter((pair) => {
    const found = problemOf(pair, options.scale, options.patch);
    if (found) skipped.push(found);
    return !found;
  });
  const count = patchesPerEpoch(weightsOf(pairs));
  if (count < options.batchSize) {
    const reasons = skipped.map(({ reason }) => reason);
    throw tooFewImages(count, options.batchSize, reasons);
  }
  return { pairs, skipped };
}

/** How often an epoch uses each pair. */
export function weightsOf(pairs: readonly FilePair[]): readonly number[] {
  return pairs.map(({ weight = 1 }) => weight);
}

/** Why a pair cannot be used for training, according to the headers. */
function problemOf(pair: FilePair, scale: number, patch: readonly [number, number]): SkippedFile | undefined {
  const hr = imageSize(pair.hr);
  if (!hr) return { file: pair.hr, reason: `${pair.hr}: not an image, or its header is damaged` };
  const width = Math.floor(hr.width / scale);
  const height = Math.floor(hr.height / scale);
  if (pair.lr !== undefined) {
    const lr = imageSize(pair.lr);
    if (!lr) return { file: pair.lr, reason: `${pair.lr}: not an image, or its header is damaged` };
    if (lr.width !== width || lr.height !== height) {
      const reason = `${pair.lr}: its size is ${lr.width}x${lr.height}, but 1/${scale} of ${pair.hr} is ${width}x${height}`;
      return { file: pair.lr, reason };
    }
  }
  if (height * scale < patch[0] || width * scale < patch[1]) {
    const reason = `${pair.hr}: its size of ${hr.width}x${hr.height} is smaller than the patch of ${patch[1]}x${patch[0]}`;
    return { file: pair.hr, reason };
  }
  return undefined;
}

function tooFewImages(count: number, batchSize: number, reasons: readonly string[]): WorkbenchError {
  const shown = reasons.slice(0, 3).map((reason) => `\n  ${reason}`);
  const more = reasons.length > 3 ? `\n  and ${reasons.length - 3} more` : '';
  const details = reasons.length > 0 ? `; ${reasons.length} skipped:${shown.join('')}${more}` : '';
  return new WorkbenchError(
    'data',
    `The training data has ${count} usable images, but a step needs ${batchSize}. Add images, or lower \`batch_size\` or \`accumulate\`${details}`,
  );
}

/** Next to this file in the bundle; for the sources, that of the last build. */
function findWorker(): URL {
  const bundled = new URL('./load-worker.js', import.meta.url);
  return existsSync(bundled) ? bundled : new URL('../../dist/load-worker.js', import.meta.url);
}
