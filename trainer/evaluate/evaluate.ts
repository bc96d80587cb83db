import { join, relative } from 'node:path';
import type { FilePair } from '../data/datasets.ts';
import { filePairs } from '../data/datasets.ts';
import { decodeImage } from '../data/decode.ts';
import { downscale } from '../data/downscale.ts';
import type { Image } from '../data/image.ts';
import { cropImage, toByte, toFloatImage, toImage, toRgb } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { portablePath } from '../files/paths.ts';
import { isInShare, type Share } from '../image-files/share.ts';
import type { Measure } from '../measures/measure.ts';
import { fullRangeGray } from '../metrics/luma.ts';
import { metrics, type Values } from '../metrics/metrics.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { type Evaluation, valuesOf } from './results/evaluation.ts';
import { hrFolder, hrImages, lrFolder, type TestSet } from './results/test-set.ts';

/** Values of images by the path of the HR image in its folder. */
export interface MeasuredImages {
  /** The values under each measure; undefined if one is missing. */
  get(path: string): MeasuredValues | undefined;
  add(path: string, values: MeasuredValues): void;
  /** Gives what was added to other shares, and takes what they have measured. */
  exchange(): void;
}

export type MeasuredValues = ReadonlyMap<Measure, Values>;

export interface EvaluateOptions {
  /** Called before each image is upscaled; `image` counts from 1. */
  readonly onImage?: (image: number, images: number) => void;
  /** Images that are measured already; it receives the others. */
  readonly measured?: MeasuredImages;
  /** Measures only the images of this share. */
  readonly share?: Share;
  /** Receives the failures of images, which stop nothing then. */
  readonly onFailed?: (error: WorkbenchError) => void;
}

/**
 * Measures an upscaler on a test set, with one result for each measure; with none while images are missing, because they
 * are of other shares or failed. Grey images are upscaled as RGB and measured as grey.
 *
 * @throws WorkbenchError `data` if the test set cannot be read or does not match the upscaler
 */
export async function evaluate(
  upscaler: Upscaler,
  testSet: TestSet,
  measures: readonly Measure[],
  { onImage, measured = createMeasured(), share, onFailed }: EvaluateOptions = {},
): Promise<Evaluation[]> {
  const { scale } = upscaler;
  const pairs = listPairs(testSet, scale);
  const smallest = Math.max(...measures.map((measure) => measure.smallest(scale)));
  const pathOf = ({ hr }: FilePair) => portablePath(relative(hrFolder(testSet.dir) ?? '', hr));
  const mine = pairs.filter((pair) => share === undefined || isInShare(share, pathOf(pair)));
  try {
    for (const [i, pair] of mine.entries()) {
      if (measured.get(pathOf(pair))) continue;
      onImage?.(i + 1, mine.length);
      await measurePair(pair);
    }
  } finally {
    measured.exchange();
  }
  const found = pairs.flatMap((pair) => {
    const values = measured.get(pathOf(pair));
    return values ? [{ name: pathOf(pair).replace(/\.[^.]*$/, ''), values }] : [];
  });
  if (found.length < pairs.length) return [];
  return measures.map((measure) => {
    const images = found.map(({ name, values }) => ({ name, ...values.get(measure) }));
    const means = measure.metrics.map((metric) => [metric, mean(valuesOf(images, metric))]);
    const { protocol } = measure;
    return { model: upscaler.name, data: testSet.name, protocol, ...Object.fromEntries(means), images };
  });

  async function measurePair(pair: FilePair): Promise<void> {
    try {
      const { hr, lr } = await readPair(pair, scale, smallest);
      const sr = await upscaleBytes(upscaler, lr, hr);
      const values = new Map<Measure, Values>();
      for (const measure of measures) {
        const found = await measure.measure(sr, hr, scale);
        const missing = measure.metrics.find((metric) => found[metric] === undefined);
        if (missing !== undefined) {
          throw new WorkbenchError(
            'data',
            `${pair.hr}: ${metrics[missing].title} is not defined for its upscaled image, which is flat. Remove the image from the test set, or measure without --metrics ${missing}.`,
          );
        }
        values.set(measure, found);
      }
      measured.add(pathOf(pair), values);
    } catch (error) {
      if (onFailed === undefined || !(error instanceof WorkbenchError) || error.code !== 'data') throw error;
      onFailed(error);
    }
  }
}

/** Images that are remembered in memory only. */
function createMeasured(): MeasuredImages {
  const values = new Map<string, MeasuredValues>();
  return {
    get: (path) => values.get(path),
    add: (path, found) => void values.set(path, found),
    exchange() {},
  };
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
