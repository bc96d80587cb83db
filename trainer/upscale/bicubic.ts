import { toFloatImage, toImage } from '../data/image.ts';
import { imresize, imresizeFloat } from '../data/imresize.ts';
import type { Upscaler } from './upscaler.ts';

/** Radius of the receptive field of bicubic upscaling, in low-resolution pixels: the kernel is 4 pixels wide. */
export const bicubicReceptiveField = 2;

/**
 * The baseline of the papers: MATLAB's `imresize` on 8-bit images with the older, replicated border. Input and output
 * are rounded to 8 bits.
 */
export function bicubicUpscaler(scale: number): Upscaler {
  return {
    name: 'bicubic',
    scale,
    receptiveField: bicubicReceptiveField,
    upscale: async (image) => toFloatImage(imresize(toImage(image), scale, 'uint8-replicate')),
    close: async () => {},
  };
}

/** The same without rounding, for 16-bit images, and with the newer, mirrored border. */
export function floatBicubicUpscaler(scale: number): Upscaler {
  return { ...bicubicUpscaler(scale), upscale: async (image) => imresizeFloat(image, scale) };
}
