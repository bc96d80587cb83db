import type { FloatImage } from '../data/image.ts';
import { cropFloats } from './resize-canvas.ts';
import { type Rect, scaledRect } from './tiles.ts';

/** Anything that upscales RGB images by a whole factor: a network on an engine, or bicubic. */
export interface Upscaler {
  /** What a person calls it: a file name, a run with its checkpoint, or `bicubic`. */
  readonly name: string;
  /** Upscaling factor of width and height. */
  readonly scale: number;
  /**
   * Pixels of context, at low resolution, that can influence an output pixel from each side. Tiles
   * overlap by this many; `Infinity` where a tile's edge is never exact.
   */
  readonly reach: number;
  /** Tiles begin at multiples of this many pixels; 1 by default. Images may have any size. */
  readonly alignment?: number;
  /** Side of a tile, context included, for which its memory is reasonable; 192 by default. */
  readonly tile?: number;
  /** `[h, w, 3]` in 0..1 to `[h * scale, w * scale, 3]`, not clamped. */
  upscale(image: FloatImage): Promise<FloatImage>;
  /** See {@link upscalePart}; for those that can do it for less than the whole. */
  upscalePart?(image: FloatImage, part: Rect): Promise<FloatImage>;
  /** Frees what the next image can make again; for those that hold much. */
  rest?(): Promise<void>;
  /** Frees what the engine holds, when what it is doing has ended. */
  close(): Promise<void>;
}

/** Upscales a part of an image, to which the rest is context: `[part.height * scale, part.width * scale, 3]`. */
export async function upscalePart(upscaler: Upscaler, image: FloatImage, part: Rect): Promise<FloatImage> {
  if (upscaler.upscalePart) return upscaler.upscalePart(image, part);
  return cropFloats(await upscaler.upscale(image), scaledRect(part, upscaler.scale));
}
