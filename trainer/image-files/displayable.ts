import { type ImageSize, imageFormat, imageSize } from './image-size.ts';

/** The longest side of a browser's canvas, and 256 MB of memory for each image. */
const maximumSide = 16384;
const maximumPixels = 64e6;

/** The factor that makes an image small enough for a browser: 1 if it is already. */
export function displayScale({ width, height }: ImageSize): number {
  return Math.min(1, maximumSide / Math.max(width, height), Math.sqrt(maximumPixels / (width * height)));
}

/** The size of a file that every browser can display as it is: PNG, JPEG or WebP; undefined for any other. */
export function displayableSize(path: string): ImageSize | undefined {
  const format = imageFormat(path);
  if (format !== 'png' && format !== 'jpeg' && format !== 'webp') return undefined;
  const size = imageSize(path);
  return size !== undefined && displayScale(size) === 1 ? size : undefined;
}
