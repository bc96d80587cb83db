import { largestRegionSide } from '../../server/protocol/upscaling.ts';
import type { Rect } from '../../trainer/guards/rect.ts';
import type { Size } from '../images/image-view.ts';

/** Sides of the first region in pixels. */
const firstSide = 160;

/** Smaller regions show too little. */
const smallestSide = 16;

/** The region in the middle of an image. */
export function centralRegion(image: Size): Rect {
  const [width, height] = [Math.min(firstSide, image.width), Math.min(firstSide, image.height)];
  return {
    x: Math.floor((image.width - width) / 2),
    y: Math.floor((image.height - height) / 2),
    width,
    height,
  };
}

/** A box as a region: with sides of 16 to 512 pixels, as far as the image has so many, and inside of it. */
export function regionOf({ x, y, width, height }: Rect, image: Size): Rect {
  const side = (length: number, all: number) =>
    Math.min(Math.max(length, smallestSide), largestRegionSide, all);
  const size = { width: side(width, image.width), height: side(height, image.height) };
  return {
    x: Math.max(0, Math.min(x, image.width - size.width)),
    y: Math.max(0, Math.min(y, image.height - size.height)),
    ...size,
  };
}
