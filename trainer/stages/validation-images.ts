import type { FilePair } from '../data/datasets.ts';
import { decodeImage } from '../data/decode.ts';
import { downscale } from '../data/downscale.ts';
import { cropImage, type FloatImage, type Image, toFloatImage } from '../data/image.ts';
import { imresizeFloat } from '../data/imresize.ts';

/** An image of the validation data: the same crop in both resolutions. */
export interface ValidationImage {
  readonly file: string;
  readonly lr: Image;
  readonly hr: Image;
}

/**
 * Reads a validation image and cuts the crop from its center, aligned to the low resolution. An image that is
 * smaller than the crop stays whole in that direction.
 *
 * @param crop height and width in the high resolution; null for the whole image
 */
export async function readValidationImage(
  pair: FilePair,
  scale: number,
  crop: readonly [number, number] | null,
): Promise<ValidationImage> {
  const hr = await decodeImage(pair.hr, 3);
  const both = pair.lr ? { hr, lr: await decodeImage(pair.lr, 3) } : downscale(hr, scale, pair.downscale);
  const height = Math.min(crop ? crop[0] / scale : Number.POSITIVE_INFINITY, both.lr.height);
  const width = Math.min(crop ? crop[1] / scale : Number.POSITIVE_INFINITY, both.lr.width);
  const top = Math.floor((both.lr.height - height) / 2);
  const left = Math.floor((both.lr.width - width) / 2);
  return {
    file: pair.hr,
    lr: cropImage(both.lr, left, top, width, height),
    hr: cropImage(both.hr, left * scale, top * scale, width * scale, height * scale),
  };
}

/** Bicubic upscaling, the baseline of every model. */
export async function bicubic(lr: Image, scale: number): Promise<FloatImage> {
  return imresizeFloat(toFloatImage(lr), scale);
}
