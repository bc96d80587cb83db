import type { FilePair } from '../data/datasets.ts';
import { decodeImage } from '../data/decode.ts';
import { downscale } from '../data/downscale.ts';
import { type Channels, cropImage, type FloatImage, type Image, toFloatImage } from '../data/image.ts';
import { imresizeFloat } from '../data/imresize.ts';
import { WorkbenchError } from '../errors/errors.ts';

/** An image of the validation data: the same crop in both resolutions. */
interface ValidationImage {
  readonly lr: Image;
  readonly hr: Image;
}

/** A validation image that was read once without a problem. */
export interface ValidationFile {
  /** Its number among all validation images, from 1. */
  readonly position: number;
  readonly file: string;
  /** @throws WorkbenchError `data` if the file has changed since */
  read(): Promise<ValidationImage>;
}

interface OpenOptions {
  readonly scale: number;
  readonly channels: Channels;
  /** Height and width of the center crop in the high resolution; null for whole images. */
  readonly crop: readonly [number, number] | null;
  /** At most so many images; null for all. */
  readonly maximum: number | null;
  /** Smallest width and height in the high resolution. */
  readonly smallest: number;
  readonly stop: AbortSignal;
  /** Receives the reason, with the path, for each file that is not used. */
  readonly skip: (reason: string) => void;
}

/**
 * The first validation images that can be used. Every one is decoded now, because a damaged file should not be found
 * after hours of training. Crops stay in memory; whole images are read again each time.
 */
export async function openValidationImages(
  pairs: readonly FilePair[],
  { scale, channels, crop, maximum, smallest, stop, skip }: OpenOptions,
): Promise<ValidationFile[]> {
  const opened: ValidationFile[] = [];
  for (const [index, pair] of pairs.entries()) {
    if (opened.length === maximum || stop.aborted) break;
    const read = () => readPair(pair, { scale, channels, crop, smallest });
    try {
      const decoded = await read();
      const image = crop && cropPair(decoded, pair, scale, crop);
      opened.push({
        position: index + 1,
        file: pair.hr,
        read: async () => image ?? cropPair(await read(), pair, scale, crop),
      });
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      skip(error.message);
    }
  }
  return opened;
}

interface DecodedPair {
  readonly hr: Image;
  /** Undefined if it has to be made from `hr`. */
  readonly lr: Image | undefined;
}

/** Decodes a pair. Throws a `data` error if the sizes do not match, or what remains after the crop is too small. */
async function readPair(
  pair: FilePair,
  { scale, channels, crop, smallest }: Pick<OpenOptions, 'scale' | 'channels' | 'crop' | 'smallest'>,
): Promise<DecodedPair> {
  const hr = await decodeImage(pair.hr, channels);
  const lr = pair.lr === undefined ? undefined : await decodeImage(pair.lr, channels);
  const [width, height] = [Math.floor(hr.width / scale), Math.floor(hr.height / scale)];
  if (lr && (lr.width !== width || lr.height !== height)) {
    throw new WorkbenchError(
      'data',
      `${pair.lr}: its size is ${lr.width}x${lr.height}, but 1/${scale} of ${pair.hr} is ${width}x${height}. Downscale the HR image again.`,
    );
  }
  const { min } = Math;
  const used = [
    min(width * scale, crop?.[1] ?? Infinity),
    min(height * scale, crop?.[0] ?? Infinity),
  ] as const;
  if (min(...used) < smallest) {
    throw new WorkbenchError(
      'data',
      `${pair.hr}: its ${crop ? 'center crop' : 'size'} is ${used.join('x')}, but it must be at least ${smallest}x${smallest}. Use a larger image${crop ? ' or a larger crop_size' : ''}.`,
    );
  }
  return { hr, lr };
}

/** Cuts the crop from the center, aligned to the low resolution; whole in a direction in which the image is smaller. */
function cropPair(
  decoded: DecodedPair,
  pair: FilePair,
  scale: number,
  crop: readonly [number, number] | null,
): ValidationImage {
  const { hr, lr } = decoded.lr
    ? { hr: decoded.hr, lr: decoded.lr }
    : downscale(decoded.hr, scale, pair.downscale);
  const height = Math.min(crop ? crop[0] / scale : Number.POSITIVE_INFINITY, lr.height);
  const width = Math.min(crop ? crop[1] / scale : Number.POSITIVE_INFINITY, lr.width);
  const top = Math.floor((lr.height - height) / 2);
  const left = Math.floor((lr.width - width) / 2);
  return {
    lr: cropImage(lr, left, top, width, height),
    hr: cropImage(hr, left * scale, top * scale, width * scale, height * scale),
  };
}

/** Bicubic upscaling, the baseline of every model. */
export async function bicubic(lr: Image, scale: number): Promise<FloatImage> {
  return imresizeFloat(toFloatImage(lr), scale);
}
