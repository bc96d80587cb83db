import type { SharpOptions } from 'sharp';

/**
 * How image files are decoded, everywhere. Damaged and truncated files are refused; what decoders only warn about, such
 * as unusual parameters in a JPEG file, is not damage. There is no limit of pixels: whoever needs all of them in memory
 * has a limit of its own.
 */
export const decoding = { failOn: 'error', limitInputPixels: false } satisfies SharpOptions;

/** Pixels of images that are decoded into memory: 1.6 GB as RGB. */
export const maximumPixels = 2 ** 29;
