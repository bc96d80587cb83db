import { WorkbenchError } from '../errors/errors.ts';
import { augment } from './augmentation.ts';
import type { FilePair } from './datasets.ts';
import { decodeImage } from './decode.ts';
import { degradePatch } from './degradation/degrade-patch.ts';
import type { Applied } from './degradation/operation.ts';
import type { ImagePair } from './downscale.ts';
import { downscale } from './downscale.ts';
import { cropImage, cropToMultiple, type Image } from './image.ts';
import type { ImageCache, SourceImages } from './image-cache.ts';
import { imresizePart, type Part } from './imresize.ts';
import type { LoadReply, LoadRequest, LoadSettings } from './load-protocol.ts';
import { createRandom } from './random.ts';

/**
 * Makes the samples of a request: decodes the images (or takes them from the cache), crops aligned random patches,
 * degrades and augments them. The random numbers depend only on seed, stage, step and slot, not on the order of requests.
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
      const images = cache.get(pair) ?? (await readPair(settings.pairs[pair]!, settings));
      cache.set(pair, images);
      const patches = await makePatches(settings, images, { step: request.step, slot });
      hr.set(patches.hr.data, i * hrBytes);
      lr.set(patches.lr.data, i * lrBytes);
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      unreadable.push({ slot, pair, reason: error.message });
    }
  }
  return { request, lr, hr, unreadable };
}

/** Decodes the images. LR patches of bicubic downscaling are made from HR when they are needed, as if of the whole image. */
export async function readPair(
  files: FilePair,
  { scale, channels, degradation, degradationProbability }: LoadSettings,
): Promise<SourceImages> {
  const image = await decodeImage(files.hr, channels);
  if (degradation.length > 0 && degradationProbability === 1) return { hr: image };
  if (files.lr === undefined) {
    return files.downscale === 'bicubic'
      ? { hr: cropToMultiple(image, scale) }
      : downscale(image, scale, files.downscale);
  }
  const lr = await decodeImage(files.lr, channels);
  return { hr: cropImage(image, 0, 0, lr.width * scale, lr.height * scale), lr };
}

/** The LR patch of given LR images, or as bicubic downscaling of the whole image makes it. */
function undegraded({ hr, lr }: SourceImages, place: Part, scale: number): Image {
  return lr === undefined
    ? imresizePart(hr, 1 / scale, place)
    : cropImage(lr, place.left, place.top, place.width, place.height);
}

/** A training example, with what was done to it. */
export interface Patches extends ImagePair {
  readonly applied: readonly Applied[];
}

/**
 * Cuts out the patches of a sample, degrades LR and augments both. Depends only on the images, the settings, `step` and
 * `slot`, the sample's place in the batch.
 *
 * @param without indices of operations to leave out, for a preview
 */
export async function makePatches(
  settings: LoadSettings,
  images: SourceImages,
  {
    step,
    slot,
    without,
  }: { readonly step: number; readonly slot: number; readonly without?: ReadonlySet<number> },
): Promise<Patches> {
  const { scale, seed, stage, augmentation, degradation, degradationProbability } = settings;
  const height = settings.patch[0] / scale;
  const width = settings.patch[1] / scale;
  const random = createRandom(seed, 'sample', stage, step, slot);
  const top = random.integer(Math.floor(images.hr.height / scale) - height + 1);
  const left = random.integer(Math.floor(images.hr.width / scale) - width + 1);
  const place = { left, top, width, height };
  const hr = cropImage(images.hr, left * scale, top * scale, width * scale, height * scale);
  const isDegraded =
    degradation.length > 0 &&
    (degradationProbability === 1 ||
      createRandom(seed, 'mix', stage, step, slot).chance(degradationProbability));
  const { lr, applied } = !isDegraded
    ? { lr: undegraded(images, place, scale), applied: [] }
    : await degradePatch(images.hr, place, {
        scale,
        operations: degradation,
        randomOf: (purpose) => createRandom(seed, 'degrade', stage, step, slot, purpose),
        ...(without && { without }),
      });
  const spatialOnly = { ...augmentation, compression: false, dropout: false } as const;
  const used = stage === 'pretraining' ? augmentation : spatialOnly;
  const augmented = await augment({ hr, lr }, used, random);
  return { ...augmented, applied: [...applied, ...augmented.applied] };
}
