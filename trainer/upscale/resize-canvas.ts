import type { FloatImage } from '../data/image.ts';
import type { Rect } from '../guards/rect.ts';

/** A copy of a rectangle of an image. */
export function cropFloats(image: FloatImage, { x, y, width, height }: Rect): FloatImage {
  const { channels } = image;
  const data = new Float32Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const at = ((y + row) * image.width + x) * channels;
    data.set(image.data.subarray(at, at + width * channels), row * width * channels);
  }
  return { width, height, channels, data };
}

/** Adds columns and rows at the right and the bottom by reflection, which does not repeat the last ones. */
export function padByReflection(image: FloatImage, width: number, height: number): FloatImage {
  if (width === image.width && height === image.height) return image;
  const { channels } = image;
  const data = new Float32Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    const row = mirrored(y, image.height) * image.width;
    for (let x = 0; x < width; x++) {
      const from = (row + mirrored(x, image.width)) * channels;
      for (let channel = 0; channel < channels; channel++) data[to++] = image.data[from + channel]!;
    }
  }
  return { width, height, channels, data };
}

/**
 * Pads an image by reflection to `width` x `height`, which `upscale` requires, upscales it, and crops the upscaled
 * padding.
 */
export async function upscalePadded(
  image: FloatImage,
  { width, height }: { readonly width: number; readonly height: number },
  scale: number,
  upscale: (image: FloatImage) => Promise<FloatImage>,
): Promise<FloatImage> {
  const upscaled = await upscale(padByReflection(image, width, height));
  if (width === image.width && height === image.height) return upscaled;
  return cropFloats(upscaled, { x: 0, y: 0, width: image.width * scale, height: image.height * scale });
}

/** Reflects an index beyond the end into 0..length-1. */
function mirrored(index: number, length: number): number {
  if (length === 1) return 0;
  const folded = index % (2 * length - 2);
  return folded < length ? folded : 2 * length - 2 - folded;
}
