import { imresizeFloat } from '../../data/imresize.ts';
import type { Gray } from './gray.ts';

/**
 * Energy of the finest octave over that of the octave below. Photographs have about the same energy in each octave (Field,
 * "Relations between the statistics of natural images and the response properties of cortical cells", 1987); an upscaled
 * image has almost none in the finest. An octave is what bicubic downscaling by 2 loses. Undefined for images below 32
 * pixels a side, and for those without detail.
 */
export function octaveRatio({ width, height, data }: Gray): number | undefined {
  const full = { width: width - (width % 4), height: height - (height % 4) };
  if (full.width < 32 || full.height < 32) return undefined;
  const cropped = new Float32Array(full.width * full.height);
  for (let y = 0; y < full.height; y++) {
    cropped.set(data.subarray(y * width, y * width + full.width), y * full.width);
  }
  const image = { ...full, channels: 1, data: cropped };
  const half = imresizeFloat(image, 0.5);
  const quarter = imresizeFloat(half, 0.5);
  const below = distance(half.data, imresizeFloat(quarter, 2).data);
  return below < 0.05 ? undefined : distance(image.data, imresizeFloat(half, 2).data) / below;
}

/** Mean squared difference. */
function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}
