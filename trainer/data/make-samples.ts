import { WorkbenchError } from '../errors/errors.ts';
import { augment } from './augmentation.ts';
import type { FilePair } from './datasets.ts';
import { decodeImage } from './decode.ts';
import type { ImagePair } from './downscale.ts';
import { downscale } from './downscale.ts';
import { cropImage } from './image.ts';
import type { ImageCache } from './image-cache.ts';
import type { LoadReply, LoadRequest, LoadSettings } from './load-protocol.ts';
import { createRandom } from './random.ts';

/**
 * Makes the samples of a request: decodes the images (or takes them from the cache), crops aligned random patches and
 * augments them. The random numbers depend only on seed, stage, step and slot, not on the order of requests.
 */
export async function makeSamples(
  settings: LoadSettings,
  cache: ImageCache,
  request: LoadRequest,
): Promise<LoadReply> {
  const { scale, channels } = settings;
  const [height, width] = settings.patch;
  const hrBytes = height * width * channels;
  const lrBytes = hrBytes / (scale * scale);
  const hr = new Uint8Array(request.samples.length * hrBytes);
  const lr = new Uint8Array(request.samples.length * lrBytes);
  const unreadable: LoadReply['unreadable'][number][] = [];
  for (const [i, { slot, pair }] of request.samples.entries()) {
    try {
      const images = cache.get(pair) ?? (await readPair(settings.pairs[pair]!, scale, channels));
      cache.set(pair, images);
      const patches = await makePatches(settings, images, request.step, slot);
      hr.set(patches.hr.data, i * hrBytes);
      lr.set(patches.lr.data, i * lrBytes);
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      unreadable.push({ slot, pair, reason: error.message });
    }
  }
  return { request, lr, hr, unreadable };
}

/** Decodes the whole images, so that downscaling is correct at the border of every patch. */
async function readPair(files: FilePair, scale: number, channels: 1 | 3): Promise<ImagePair> {
  const image = await decodeImage(files.hr, channels);
  if (files.lr === undefined) return downscale(image, scale, files.downscale);
  const lr = await decodeImage(files.lr, channels);
  return { hr: cropImage(image, 0, 0, lr.width * scale, lr.height * scale), lr };
}

function makePatches(
  settings: LoadSettings,
  pair: ImagePair,
  step: number,
  slot: number,
): Promise<ImagePair> {
  const { scale, seed, stage, augmentation } = settings;
  const height = settings.patch[0] / scale;
  const width = settings.patch[1] / scale;
  const random = createRandom(seed, 'sample', stage, step, slot);
  const top = random.integer(pair.lr.height - height + 1);
  const left = random.integer(pair.lr.width - width + 1);
  const patches = {
    hr: cropImage(pair.hr, left * scale, top * scale, width * scale, height * scale),
    lr: cropImage(pair.lr, left, top, width, height),
  };
  const spatialOnly = { ...augmentation, compression: false, dropout: false } as const;
  return augment(patches, stage === 'pretraining' ? augmentation : spatialOnly, random);
}
