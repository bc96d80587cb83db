import type { Box } from './box.ts';
import { differenceOf } from './difference.ts';
import type { Picture } from './picture.ts';

/** The pixels of a part of a picture, RGBA in rows. */
export function pixelsOf({ bitmap }: Picture, { x, y, width, height }: Box): ImageData {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This page cannot measure: its browser has no canvas.');
  context.drawImage(bitmap, -x, -y);
  return context.getImageData(0, 0, width, height);
}

/** The amplified difference of two pictures, of the size of the smaller. */
export async function differencePicture(a: Picture, b: Picture, gain: number): Promise<Picture> {
  const size = { width: Math.min(a.width, b.width), height: Math.min(a.height, b.height) };
  const all = { x: 0, y: 0, ...size };
  const pixels = differenceOf(pixelsOf(a, all).data, pixelsOf(b, all).data, gain);
  return { bitmap: await createImageBitmap(new ImageData(pixels, size.width, size.height)), ...size };
}
