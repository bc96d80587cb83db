import type { FloatImage } from '../data/image.ts';
import type { Rect } from '../guards/rect.ts';
import { cropFloats } from './resize-canvas.ts';
import { scaledRect } from './tiles.ts';

/** Upscales RGB images by an integer factor: a network on an engine, or bicubic. */
export interface Upscaler {
  /** For messages: a file name, a run with its checkpoint, or `bicubic`. */
  readonly name: string;
  /** Upscaling factor of width and height. */
  readonly scale: number;
  /**
   * Radius of the receptive field in low-resolution pixels: the context on each side that can influence an output pixel.
   * Infinity if it is not known.
   */
  readonly receptiveField: number;
  /** Context that tiles need on each side in low-resolution pixels; by default it follows from the receptive field. */
  readonly context?: number;
  /** Tiles start at multiples of this many pixels; 1 by default. Images may have any size. */
  readonly alignment?: number;
  /** Recommended side of a tile in pixels, context included; 192 by default. */
  readonly tile?: number;
  /** `[h, w, 3]` in 0..1 to `[h * scale, w * scale, 3]`, not clamped. */
  upscale(image: FloatImage): Promise<FloatImage>;
  /** See {@link upscalePart}; if a part costs less than the whole. */
  upscalePart?(image: FloatImage, part: Rect): Promise<FloatImage>;
  /** As {@link upscalePart}, of images with alpha, `[h, w, 4]`; if the model was trained on alpha. */
  rgba?(image: FloatImage, part: Rect): Promise<FloatImage>;
  /** Frees the memory of compiled programs; the next image compiles them again. */
  releasePrograms?(): Promise<void>;
  /** Frees everything after the current work has ended. */
  close(): Promise<void>;
}

/** Upscales a part of an image to `[part.height * scale, part.width * scale, 3]`; the rest of the image is context. */
export async function upscalePart(upscaler: Upscaler, image: FloatImage, part: Rect): Promise<FloatImage> {
  if (upscaler.upscalePart) return upscaler.upscalePart(image, part);
  return cropFloats(await upscaler.upscale(image), scaledRect(part, upscaler.scale));
}
