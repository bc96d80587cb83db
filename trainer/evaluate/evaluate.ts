import { join, relative } from 'node:path';
import type { FilePair } from '../data/datasets.ts';
import { filePairs } from '../data/datasets.ts';
import { decodeImage } from '../data/decode.ts';
import { downscale } from '../data/downscale.ts';
import type { Image } from '../data/image.ts';
import { cropImage, toByte, toFloatImage, toImage, toRgb } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { portablePath } from '../files/paths.ts';
import { fullRangeGray } from '../metrics/luma.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import type { Measure } from './measure.ts';
import { type Evaluation, valuesOf } from './results/evaluation.ts';
import { hrFolder, hrImages, lrFolder, type TestSet } from './results/test-set.ts';

export interface EvaluateOptions {
  /** Called before each image is upscaled; `image` counts from 1. */
  readonly onImage?: (image: number, images: number) => void;
}

/**
 * Measures an upscaler on a test set, with one result for each measure. Grey images are upscaled as RGB and measured as
 * grey.
 *
 * @throws WorkbenchError `data` if the test set cannot be read or does not match the upscaler
 */
export async function evaluate(
  upscaler: Upscaler,
  testSet: TestSet,
  measures: readonly Measure[],
  { onImage }: EvaluateOptions = {},
): Promise<Evaluation[]> {
  const { scale } = upscaler;
  const pairs = listPairs(testSet, scale);
  const smallest = Math.max(...measures.map((measure) => measure.smallest(scale)));
  const images = measures.map((): Evaluation['images'][number][] => []);
  for (const [i, pair] of pairs.entries()) {
    onImage?.(i + 1, pairs.length);
    const { hr, lr } = await readPair(pair, scale, smallest);
    const sr = await upscaleBytes(upscaler, lr, hr);
    const name = portablePath(relative(hrFolder(testSet.dir) ?? '', pair.hr)).replace(/\.[^.]*$/, '');
    for (const [m, measure] of measures.entries()) {
      images[m]!.push({ name, ...(await measure.measure(sr, hr, scale)) });
    }
  }
  return measures.map(({ protocol, metrics }, m) => ({
    model: upscaler.name,
    data: testSet.name,
    protocol,
    ...Object.fromEntries(metrics.map((metric) => [metric, mean(valuesOf(images[m]!, metric))])),
    images: images[m]!,
  }));
}

/** The image pairs of a test set. Throws a `data` error if there are none or an image has no counterpart. */
export function listPairs({ name, dir }: TestSet, scale: number): FilePair[] {
  const hr = hrFolder(dir);
  const images = hrImages(dir);
  if (hr === undefined || images.length === 0) {
    throw new WorkbenchError(
      'data',
      `Test set ${name}: ${dir} has no HR images. Put them into ${join(dir, 'HR')} or GTmod12, or directly into the folder; LR images, if any, into LR_x${scale} or LRbicx${scale}.`,
    );
  }
  const lr = lrFolder(dir, scale);
  return filePairs({ hr, ...(lr === undefined ? {} : { lr }), downscale: 'bicubic' }, scale, images);
}

/** Reads HR as RGB or grey, and LR as RGB. */
export async function readPair(
  files: FilePair,
  scale: number,
  smallest: number,
): Promise<{ hr: Image; lr: Image }> {
  const image = await decodeImage(files.hr);
  const needed = Math.ceil(smallest / scale) * scale;
  if (image.width < needed || image.height < needed) {
    throw new WorkbenchError(
      'data',
      `${files.hr} has ${image.width}x${image.height} pixels; measuring at scale ${scale} needs at least ${needed}x${needed}. Remove it from the test set.`,
    );
  }
  const { hr, lr } =
    files.lr === undefined
      ? downscale(image, scale, files.downscale)
      : cutToFit(image, await decodeImage(files.lr, 3), scale, files.lr, files.hr);
  return { hr, lr: lr.channels === 1 ? toRgb(lr) : lr };
}

/** Crops HR to LR times the scale; it may have up to `scale` - 1 more rows and columns. */
function cutToFit(
  hr: Image,
  lr: Image,
  scale: number,
  lrPath: string,
  hrPath: string,
): { hr: Image; lr: Image } {
  if (Math.floor(hr.width / scale) !== lr.width || Math.floor(hr.height / scale) !== lr.height) {
    throw new WorkbenchError(
      'data',
      `${lrPath} has ${lr.width}x${lr.height} pixels, which is not 1/${scale} of ${hrPath} with ${hr.width}x${hr.height}. Remove both, or create the LR image again.`,
    );
  }
  return { hr: cropImage(hr, 0, 0, lr.width * scale, lr.height * scale), lr };
}

async function upscaleBytes(upscaler: Upscaler, lr: Image, hr: Image): Promise<Image> {
  const sr = toImage(await upscaler.upscale(toFloatImage(lr)));
  if (hr.channels === 3) return sr;
  const grey = fullRangeGray(sr);
  return { width: sr.width, height: sr.height, channels: 1, data: Uint8Array.from(grey.data, toByte) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
