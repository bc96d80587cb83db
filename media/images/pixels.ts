import type { Rect } from '../../trainer/guards/rect.ts';
import { differenceOf } from './difference.ts';
import type { DecodedImage } from './image.ts';

/** The pixels of a part of an image: RGBA, row by row. */
export function pixelsOf({ bitmap }: DecodedImage, { x, y, width, height }: Rect): ImageData {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('Cannot read the image: the browser provides no canvas.');
  context.drawImage(bitmap, -x, -y);
  return context.getImageData(0, 0, width, height);
}

/** The amplified difference of two images, with the smaller width and height of both. */
export async function differenceImage(a: DecodedImage, b: DecodedImage, gain: number): Promise<DecodedImage> {
  const size = { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) };
  const all = { x: 0, y: 0, ...size };
  const pixels = differenceOf(pixelsOf(a, all).data, pixelsOf(b, all).data, gain);
  return { bitmap: await createImageBitmap(new ImageData(pixels, size.width, size.height)), ...size };
}
