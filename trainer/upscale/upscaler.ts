import type { FloatImage } from '../data/image.ts';

/** Anything that enlarges RGB images by a whole factor: a network on an engine, or bicubic. */
export interface Upscaler {
  /** What a person calls it: a file name, a run with its checkpoint, or `bicubic`. */
  readonly name: string;
  /** Enlargement of width and height. */
  readonly scale: number;
  /**
   * Pixels of context, at low resolution, that can influence an output pixel from each side. Tiles
   * overlap by this many; `Infinity` where a tile's edge is never exact.
   */
  readonly reach: number;
  /** Tiles begin at multiples of this many pixels; 1 by default. Images may have any size. */
  readonly alignment?: number;
  /** `[h, w, 3]` in 0..1 to `[h * scale, w * scale, 3]`, not clamped. */
  upscale(image: FloatImage): Promise<FloatImage>;
  /** Frees what the engine holds, when what it is doing has ended. */
  close(): Promise<void>;
}
