import { toFloatImage, toImage } from '../data/image.ts';
import { imresize, imresizeFloat } from '../data/imresize.ts';
import type { Upscaler } from './upscaler.ts';

/**
 * The baseline of every paper: MATLAB's `imresize` on 8-bit images with the older, replicated border. Its
 * input is rounded to 8 bits, and its output has 8 bits.
 */
export function bicubicUpscaler(scale: number): Upscaler {
  return {
    name: 'bicubic',
    scale,
    // The kernel is 4 pixels wide, so it reaches 2 pixels beyond the one that an output pixel lies in.
    reach: 2,
    upscale: async (image) => toFloatImage(imresize(toImage(image), scale, 'uint8-replicate')),
    close: async () => {},
  };
}

/** The same without any rounding and with the newer, mirrored border: images of 16 bits keep them. */
export function floatBicubicUpscaler(scale: number): Upscaler {
  return { ...bicubicUpscaler(scale), upscale: async (image) => imresizeFloat(image, scale) };
}
