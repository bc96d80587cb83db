import type { Image } from './image.ts';
import { cropImage, cropToMultiple } from './image.ts';
import { imresize } from './imresize.ts';

/** An image in both resolutions: `hr` is exactly `scale` times as wide and high as `lr`. */
export interface ImagePair {
  readonly hr: Image;
  readonly lr: Image;
}

/**
 * Downscales an image, cropped to a multiple of the scale: `bicubic` like the LR images of the benchmarks, `nearest`
 * like those of BSDS500 in the original program, cropped around the center.
 */
export function downscale(image: Image, scale: number, method: 'bicubic' | 'nearest'): ImagePair {
  if (method === 'bicubic') {
    const hr = cropToMultiple(image, scale);
    return { hr, lr: imresize(hr, 1 / scale, 'uint8-replicate') };
  }
  const spareWidth = image.width % scale;
  const spareHeight = image.height % scale;
  const hr = cropImage(
    image,
    Math.floor(spareWidth / 2),
    Math.floor(spareHeight / 2),
    image.width - spareWidth,
    image.height - spareHeight,
  );
  return { hr, lr: firstOfBlocks(hr, scale) };
}

/** The top left pixel of each block, like OpenCV's INTER_NEAREST for an integer factor. */
function firstOfBlocks(image: Image, scale: number): Image {
  const { channels } = image;
  const width = image.width / scale;
  const height = image.height / scale;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0, out = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const start = (y * scale * image.width + x * scale) * channels;
      for (let channel = 0; channel < channels; channel++) data[out++] = image.data[start + channel]!;
    }
  }
  return { width, height, channels, data };
}
