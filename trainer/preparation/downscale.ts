import { join } from 'node:path';
import sharp from 'sharp';
import { decodeImage } from '../data/decode.ts';
import { downscale } from '../data/downscale.ts';
import type { Image } from '../data/image.ts';
import { type ImageSize, imageSize } from '../image-files/image-size.ts';
import { type FailedImage, type Observer, processImages } from './process-images.ts';
import { sourceImages } from './source-images.ts';
import { isNewer, isWritten, writePng } from './write-image.ts';

/** An image to make from another one. */
interface Result {
  readonly path: string;
  readonly size: ImageSize;
  /** Of LR images: pixels of the source for one of the result. */
  readonly scale?: number;
}

export interface DownscalePlan {
  readonly plans: readonly {
    readonly path: string;
    readonly results: readonly Result[];
    readonly missing: readonly Result[];
  }[];
  /** Images that are too small. */
  readonly skipped: readonly FailedImage[];
  /** Images whose headers cannot be read. */
  readonly failed: readonly FailedImage[];
  /** Images whose sides are not multiples of a scale: training and evaluation crop them at the right and the bottom. */
  readonly cropped: readonly string[];
  /** Images that were changed after some of their results, which stay as they are. */
  readonly newer: readonly string[];
}

/** Factors of the copies of `generate_multiscale_DF2K.py` of Real-ESRGAN, and the shorter side of the last one. */
const copyFactors = [0.75, 0.5, 1 / 3];
const shortestSide = 400;

/**
 * Plans the LR images of a folder or glob: `out`, with `{scale}` where there are several scales, has them under the names of
 * their HR images.
 *
 * @throws WorkbenchError `data`, `usage`: see `sourceImages` and `isWritten`
 */
export function planLrImages(pattern: string, out: string, scales: readonly number[]): DownscalePlan {
  const folders = scales.map((scale) => ({ scale, folder: out.replaceAll('{scale}', String(scale)) }));
  return plan(
    pattern,
    folders.map(({ folder }) => folder),
    (name, { width, height }) =>
      folders.map(({ scale, folder }) => ({
        path: join(folder, `${name}.png`),
        scale,
        size: { width: Math.floor(width / scale), height: Math.floor(height / scale) },
      })),
  );
}

/**
 * Plans smaller HR copies, as Real-ESRGAN trains on: `<name>T0.png` to `T2.png` with 3/4, 1/2 and 1/3 of the size, and `T3.png` whose
 * shorter side has 400 pixels. Copies that would not be smaller are left out.
 *
 * @throws WorkbenchError as `planLrImages`
 */
export function planCopies(pattern: string, out: string): DownscalePlan {
  return plan(pattern, [out], (name, { width, height }) => {
    const ratio = Math.max(width, height) / Math.min(width, height);
    const long = Math.floor(shortestSide * ratio);
    const sizes = [
      ...copyFactors.map((factor) => ({
        width: Math.floor(width * factor),
        height: Math.floor(height * factor),
      })),
      width < height ? { width: shortestSide, height: long } : { width: long, height: shortestSide },
    ];
    return sizes
      .map((size, i) => ({ path: join(out, `${name}T${i}.png`), size }))
      .filter(({ size }) => size.width < width && size.height < height);
  });
}

function plan(
  pattern: string,
  outs: readonly string[],
  resultsOf: (name: string, size: ImageSize) => readonly Result[],
): DownscalePlan {
  const images = sourceImages(pattern, outs[0]);
  const skipped: FailedImage[] = [];
  const failed: FailedImage[] = [];
  const cropped: string[] = [];
  const plans = images.flatMap(({ path, name }) => {
    const size = imageSize(path);
    if (size === undefined) {
      failed.push({ path, reason: 'not an image, or its header is damaged' });
      return [];
    }
    const results = resultsOf(name, size).filter((result) => result.size.width > 0 && result.size.height > 0);
    if (results.length === 0) {
      skipped.push({ path, reason: `its size of ${size.width}x${size.height} is too small` });
      return [];
    }
    const isCropped = ({ scale = 1 }: Result) => size.width % scale !== 0 || size.height % scale !== 0;
    if (results.some(isCropped)) cropped.push(path);
    return [{ path, results, missing: results.filter((result) => !isWritten(result.path, result.size)) }];
  });
  const newer = plans.flatMap(({ path, results }) => (isNewer(path, results) ? [path] : []));
  return { plans, skipped, failed, cropped, newer };
}

/**
 * Makes the images that are missing: LR images by MATLAB's bicubic `imresize`, as training makes them; copies with Lanczos' filter
 * of three lobes.
 *
 * @returns the images that could not be read
 */
export async function downscaleImages(plan: DownscalePlan, observer: Observer) {
  const { failed } = await processImages(
    plan.plans.filter(({ missing }) => missing.length > 0),
    async ({ path, missing }) => {
      const image = await decodeImage(path);
      for (const result of missing) {
        if (observer.signal?.aborted) return;
        const small =
          result.scale === undefined
            ? await resizedCopy(image, result.size)
            : downscale(image, result.scale, 'bicubic').lr;
        await writePng(result.path, small);
      }
    },
    observer,
  );
  return [...plan.failed, ...failed];
}

async function resizedCopy({ data, ...source }: Image, { width, height }: ImageSize): Promise<Image> {
  const channels = source.channels === 1 ? 1 : 3;
  const resized = await sharp(data, { raw: { width: source.width, height: source.height, channels } })
    .resize(width, height, { fit: 'fill', kernel: 'lanczos3' })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw()
    .toBuffer();
  return { width, height, channels, data: resized };
}
