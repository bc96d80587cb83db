import { availableParallelism } from 'node:os';
import { WorkbenchError } from '../errors/errors.ts';

/** Progress of the work on many images. */
export interface Progress {
  /** Images done, of all. */
  readonly done: number;
  readonly total: number;
  /** The image that was done last. */
  readonly path: string;
  /** Images per second, and seconds until the end. */
  readonly rate: number;
  readonly etaSeconds: number;
}

/** How work on many images reports and ends. */
export interface Observer {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** An image that could not be processed, and why, without its path unless another image is the cause. */
export interface FailedImage {
  readonly path: string;
  readonly reason: string;
}

/**
 * Processes images, a few at a time: decoding and encoding use other cores. An image that cannot be read does not stop the
 * others.
 *
 * @returns the results in the order of the images, without those that failed
 * @throws WorkbenchError `interrupted` if the signal aborts, after the images in work are done; `disk` if a result cannot be
 * written
 */
export async function processImages<Item extends { readonly path: string }, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  { signal, onProgress }: Observer,
): Promise<{ readonly results: readonly Result[]; readonly failed: readonly FailedImage[] }> {
  const results = new Map<number, Result>();
  const failed: FailedImage[] = [];
  const started = performance.now();
  let next = 0;
  let done = 0;
  let failure: unknown;

  async function worker(): Promise<void> {
    for (let i = next++; i < items.length; i = next++) {
      if (signal?.aborted || failure !== undefined) return;
      const item = items[i]!;
      try {
        results.set(i, await work(item));
      } catch (error) {
        if (!(error instanceof WorkbenchError) || error.code !== 'data') {
          failure ??= error;
          return;
        }
        const own = `${item.path}: `;
        const { message } = error;
        failed.push({
          path: item.path,
          reason: message.startsWith(own) ? message.slice(own.length) : message,
        });
      }
      done++;
      const rate = done / Math.max((performance.now() - started) / 1000, 1e-3);
      onProgress?.({
        done,
        total: items.length,
        path: item.path,
        rate,
        etaSeconds: (items.length - done) / rate,
      });
      // Signals and messages arrive between images only.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
  if (failure !== undefined) throw failure;
  if (signal?.aborted) {
    throw new WorkbenchError(
      'interrupted',
      `Cancelled after ${done} of ${items.length} images. The same command continues.`,
    );
  }
  return { results: items.flatMap((_, i) => (results.has(i) ? [results.get(i)!] : [])), failed };
}
