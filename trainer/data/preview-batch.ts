import { WorkbenchError } from '../errors/errors.ts';
import type { FilePair } from './datasets.ts';
import type { Applied } from './degradation/operation.ts';
import type { ImagePair } from './downscale.ts';
import type { ImageCache } from './image-cache.ts';
import { type LoaderOptions, loadSettings, selectPairs, weightsOf } from './loader.ts';
import { makePatches, readPair } from './make-samples.ts';
import { createOrder } from './order.ts';

/** A training example of a step, for people to look at. */
export interface PreviewPatch extends ImagePair {
  readonly files: FilePair;
  readonly applied: readonly Applied[];
}

/** The batch of a step. */
interface PreviewBatch {
  readonly epoch: number;
  readonly stepsPerEpoch: number;
  /** Patches in the whole batch. */
  readonly batchSize: number;
  readonly patches: readonly PreviewPatch[];
}

interface PreviewOptions {
  /** Counts from 1 within the stage. */
  readonly step: number;
  /** How many patches of the batch, from its first one; by default all. */
  readonly count?: number;
  /** Indices of operations to leave out. */
  readonly without?: ReadonlySet<number>;
  /** Decoded images by the number of their pair. */
  readonly cache: ImageCache;
  /** Ends the work with an error `interrupted`. */
  readonly signal?: AbortSignal;
}

/**
 * The patches that a stage trains on at a step, byte for byte those of the loader. As there, the next image replaces one that
 * cannot be read.
 *
 * @throws WorkbenchError `data` if the images are not enough for a step, or none can be read
 */
export async function previewBatch(
  options: Omit<LoaderOptions, 'startStep'>,
  { step, count, without, cache, signal }: PreviewOptions,
): Promise<PreviewBatch> {
  const { batchSize, seed, stage } = options;
  const { pairs } = selectPairs(options);
  const settings = loadSettings(options, pairs, options.cacheBytes);
  const order = createOrder({ seed, stage, weights: weightsOf(pairs), batchSize });
  const { epoch, drawn } = order.at(step);

  async function imagesOf(pair: number, attempts = 0) {
    const files = pairs[pair]!;
    try {
      const images = cache.get(pair) ?? (await readPair(files, settings));
      cache.set(pair, images);
      return { files, images };
    } catch (error) {
      if (!(error instanceof WorkbenchError) || attempts === pairs.length - 1) throw error;
      return imagesOf((pair + 1) % pairs.length, attempts + 1);
    }
  }

  const patches = await Promise.all(
    Array.from(drawn.subarray(0, count), async (pair, slot): Promise<PreviewPatch> => {
      const { files, images } = await imagesOf(pair);
      if (signal?.aborted) throw new WorkbenchError('interrupted', 'Cancelled.');
      const { hr, lr, applied } = await makePatches(settings, images, {
        step,
        slot,
        ...(without && { without }),
      });
      return { hr, lr, files, applied };
    }),
  );
  return { epoch, stepsPerEpoch: order.stepsPerEpoch, batchSize, patches };
}
