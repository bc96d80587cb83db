import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Augmentation } from '../config/resolved.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { imageSize } from '../image-files/image-size.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { FilePair } from './datasets.ts';
import type { LoadReply, LoadRequest, LoadSettings } from './load-protocol.ts';
import { createRandom } from './random.ts';

export interface LoaderOptions {
  readonly pairs: readonly FilePair[];
  readonly scale: number;
  /** Height and width of the high-resolution patches, multiples of the scale. */
  readonly patch: readonly [number, number];
  readonly batchSize: number;
  /** 3 for RGB, 1 for grey. */
  readonly channels: 1 | 3;
  /** Compression and dropout apply in pretraining only. */
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly stage: Stage;
  /** Steps already done; the first batch is that of the step behind. */
  readonly startStep: number;
  /** Threads; by default one fewer than there are processors, 1 to 8. */
  readonly workers?: number;
  /** Bytes of decoded images kept in memory, all threads together. */
  readonly cacheBytes: number;
  /** The bundled load-worker.ts; found beside this file by default. */
  readonly workerUrl?: URL;
}

/** The training examples of one step. */
export interface Batch {
  /** Counts from 1 within the stage. */
  readonly step: number;
  /** Counts from 1; in an epoch each image is used once, but for the remainder of a batch. */
  readonly epoch: number;
  /** `[N, h, w, C]` in 0..1. */
  readonly lr: Float32Array<ArrayBuffer>;
  /** `[N, H, W, C]` in 0..1. */
  readonly hr: Float32Array<ArrayBuffer>;
}

/** A file that is not trained on. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

export interface Loader {
  readonly stepsPerEpoch: number;
  /** Grows when a file turns out to be damaged on its first use; the next image then stands in for it. */
  readonly skipped: readonly SkippedFile[];
  /** Milliseconds that `next` had to wait for the workers, since opening. */
  readonly waited: number;
  /**
   * The batch of the next step. One call at a time.
   *
   * @throws WorkbenchError `data` when no image can be read.
   */
  next(): Promise<Batch>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** A batch in the making. */
interface Pending {
  readonly batch: Batch;
  missing: number;
}

const batchesAhead = 4;

/**
 * Opens the batches of a stage. The batch of a step depends only on seed, stage, step and the files: not on
 * where the loader was opened, nor on the number of threads or their timing.
 *
 * Files whose header cannot be read or that are too small are left out at opening. Each image belongs to one
 * thread, so that no two cache the same one.
 *
 * @throws WorkbenchError `data` when fewer images are left than a batch needs.
 */
export async function openLoader(options: LoaderOptions): Promise<Loader> {
  const { batchSize, scale, patch, channels, augmentation, seed, stage } = options;
  const { pairs, skipped } = selectPairs(options);
  if (pairs.length < batchSize) throw tooFewImages(pairs.length, batchSize, skipped);
  const stepsPerEpoch = Math.floor(pairs.length / batchSize);
  const hrLength = patch[0] * patch[1] * channels;
  const lrLength = hrLength / (scale * scale);

  const threads = options.workers ?? Math.min(Math.max(availableParallelism() - 1, 1), 8);
  const cacheBytes = Math.floor(options.cacheBytes / threads);
  const settings: LoadSettings = { pairs, scale, patch, channels, augmentation, seed, stage, cacheBytes };
  const workers = Array.from({ length: threads }, startWorker);

  const pending = new Map<number, Pending>();
  const unreadable = new Set<number>();
  let permutation = drawOrder(Math.floor(options.startStep / stepsPerEpoch) + 1);
  let step = options.startStep;
  let requested = options.startStep;
  let waited = 0;
  let failure: Error | undefined;
  let wake = () => {};

  function startWorker(): Worker {
    const worker = new Worker(options.workerUrl ?? findWorker(), { workerData: settings });
    worker.on('message', receive);
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('a thread that loads images ended')));
    return worker;
  }

  function drawOrder(epoch: number): { epoch: number; order: Uint32Array } {
    return { epoch, order: createRandom(seed, 'order', stage, epoch).permutation(pairs.length) };
  }

  function fail(error: unknown): void {
    failure ??= error instanceof Error ? error : new Error(String(error));
    wake();
  }

  function requestAhead(): void {
    while (requested < step + batchesAhead) {
      requested += 1;
      const epoch = Math.floor((requested - 1) / stepsPerEpoch) + 1;
      if (permutation.epoch !== epoch) {
        permutation = drawOrder(epoch);
      }
      const first = ((requested - 1) % stepsPerEpoch) * batchSize;
      const lr = new Float32Array(batchSize * lrLength);
      const hr = new Float32Array(batchSize * hrLength);
      pending.set(requested, { batch: { step: requested, epoch, lr, hr }, missing: batchSize });
      const drawn = permutation.order.subarray(first, first + batchSize);
      send(
        requested,
        Array.from(drawn, (pair, slot) => ({ slot, pair: readableFrom(pair) })),
      );
    }
  }

  function send(ofStep: number, samples: LoadRequest['samples'][number][]): void {
    for (const [i, worker] of workers.entries()) {
      const own = samples.filter(({ pair }) => pair % threads === i);
      if (own.length > 0) worker.postMessage({ step: ofStep, samples: own } satisfies LoadRequest);
    }
  }

  /** The pair itself, or the next one not known to be damaged. */
  function readableFrom(pair: number): number {
    let candidate = pair;
    while (unreadable.has(candidate)) candidate = (candidate + 1) % pairs.length;
    return candidate;
  }

  function receive(reply: LoadReply): void {
    const { step: ofStep, samples } = reply.request;
    const made = pending.get(ofStep);
    if (!made) return;
    for (const [i, { slot }] of samples.entries()) {
      toUnit(reply.lr, i * lrLength, made.batch.lr, slot * lrLength, lrLength);
      toUnit(reply.hr, i * hrLength, made.batch.hr, slot * hrLength, hrLength);
    }
    made.missing -= samples.length - reply.unreadable.length;
    for (const { pair, reason } of reply.unreadable) {
      if (unreadable.has(pair)) continue;
      unreadable.add(pair);
      skipped.push({ file: pairs[pair]!.hr, reason });
    }
    if (unreadable.size === pairs.length) {
      fail(tooFewImages(0, batchSize, skipped));
      return;
    }
    send(
      ofStep,
      reply.unreadable.map(({ slot, pair }) => ({ slot, pair: readableFrom(pair) })),
    );
    if (made.missing === 0) wake();
  }

  requestAhead();
  return {
    stepsPerEpoch,
    skipped,
    get waited() {
      return waited;
    },
    async next() {
      step += 1;
      requestAhead();
      const wanted = pending.get(step)!;
      const start = performance.now();
      while (wanted.missing > 0 && !failure) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      waited += performance.now() - start;
      if (wanted.missing > 0) throw failure;
      pending.delete(step);
      return wanted.batch;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function toUnit(from: Uint8Array, at: number, to: Float32Array, start: number, length: number): void {
  for (let i = 0; i < length; i++) to[start + i] = from[at + i]! / 255;
}

function selectPairs(options: LoaderOptions): { pairs: FilePair[]; skipped: SkippedFile[] } {
  const skipped: SkippedFile[] = [];
  const pairs = options.pairs.filter((pair) => {
    const found = whyNot(pair, options.scale, options.patch);
    if (found) skipped.push(found);
    return !found;
  });
  return { pairs, skipped };
}

/** Why a pair cannot be trained on, as far as the headers tell. */
function whyNot(pair: FilePair, scale: number, patch: readonly [number, number]): SkippedFile | undefined {
  const hr = imageSize(pair.hr);
  if (!hr) return { file: pair.hr, reason: `${pair.hr}: is not an image, or its header is damaged` };
  const width = Math.floor(hr.width / scale);
  const height = Math.floor(hr.height / scale);
  if (pair.lr !== undefined) {
    const lr = imageSize(pair.lr);
    if (!lr) return { file: pair.lr, reason: `${pair.lr}: is not an image, or its header is damaged` };
    if (lr.width !== width || lr.height !== height) {
      const reason = `${pair.lr}: has ${lr.width}x${lr.height} pixels, but 1/${scale} of ${pair.hr} is ${width}x${height}`;
      return { file: pair.lr, reason };
    }
  }
  if (height * scale < patch[0] || width * scale < patch[1]) {
    const reason = `${pair.hr}: with ${hr.width}x${hr.height} pixels it is smaller than the patch of ${patch[1]}x${patch[0]}`;
    return { file: pair.hr, reason };
  }
  return undefined;
}

function tooFewImages(count: number, batchSize: number, skipped: readonly SkippedFile[]): WorkbenchError {
  const reasons = skipped.slice(0, 3).map(({ reason }) => `\n  ${reason}`);
  const more = skipped.length > 3 ? `\n  and ${skipped.length - 3} more` : '';
  const left = skipped.length > 0 ? `; ${skipped.length} skipped:${reasons.join('')}${more}` : '';
  return new WorkbenchError(
    'data',
    `The training data has ${count} usable images, but a batch needs ${batchSize}. Add images or lower batch_size${left}`,
  );
}

/** Beside this file in the bundle; in the sources, from the last build. */
function findWorker(): URL {
  const beside = new URL('./load-worker.js', import.meta.url);
  return existsSync(beside) ? beside : new URL('../../dist/load-worker.js', import.meta.url);
}
