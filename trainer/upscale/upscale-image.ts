import type { FloatImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { unlessCancelled } from './cancel.ts';
import type { ImagePixels } from './image-file.ts';
import { cropFloats } from './resize-canvas.ts';
import { planTiles, type Rect, scaledRect } from './tiles.ts';
import { type Upscaler, upscalePart } from './upscaler.ts';

export interface TileOptions {
  /** Side of a tile in low-resolution pixels, context included; what the upscaler says by default. */
  readonly tile?: number;
  /** Context on each side of a tile in low-resolution pixels; see `defaultOverlap`. */
  readonly overlap?: number;
  /** Cancels at once; what the upscaler is doing then ends by itself and is not waited for. */
  readonly signal?: AbortSignal;
  /** Called after each tile, with how many are done and how many there are. */
  readonly onTile?: (done: number, total: number) => void;
}

/** A finished part of the upscaled image. */
export interface Piece {
  /** Where it belongs, in pixels of the upscaled image. */
  readonly rect: Rect;
  /** `[rect.height, rect.width, channels]`, not clamped. */
  readonly pixels: FloatImage;
}

/** For upscalers of which nothing is known. */
const defaultTile = 192;

/**
 * Context that makes tiles join without a visible seam: what the model can see, but at most 32 pixels, because
 * the influence of a deep model's far context fades long before its theoretical reach; and at most a quarter of
 * the tile, so that small tiles still make progress.
 */
export function defaultOverlap(reach: number, tile: number): number {
  return Math.min(reach, 32, Math.floor(tile / 4));
}

/**
 * Upscales an image tile by tile and yields the finished pieces row by row, so that a caller needs to hold no
 * more than it wants to. `image` has as many channels as `upscaler` takes.
 *
 * @throws WorkbenchError `interrupted` when cancelled; `engine` when the result is not finite.
 */
export async function* upscaleTiles(
  upscaler: Upscaler,
  image: ImagePixels,
  options: TileOptions = {},
): AsyncGenerator<Piece> {
  const { tile: size = upscaler.tile ?? defaultTile, signal, onTile } = options;
  const overlap = options.overlap ?? defaultOverlap(upscaler.reach, size);
  const { scale, alignment = 1 } = upscaler;
  const tiles = planTiles(image.width, image.height, size, overlap, alignment);
  for (const [index, { source, keep }] of tiles.entries()) {
    const part = await image.read(source);
    const kept = { ...keep, x: keep.x - source.x, y: keep.y - source.y };
    const pixels = await unlessCancelled(signal, () => upscalePart(upscaler, part, kept));
    if (!allFinite(pixels.data)) {
      throw new WorkbenchError(
        'engine',
        `${upscaler.name} gave values that are not numbers. Its weights are damaged, or the GPU failed: try the engine cpu.`,
      );
    }
    onTile?.(index + 1, tiles.length);
    yield { rect: scaledRect(keep, scale), pixels };
  }
}

/**
 * Upscales a whole image in memory, `[h, w, c]` to `[h * scale, w * scale, k]`, tile by tile; k is what the upscaler
 * makes of c channels, usually as many.
 *
 * @throws as `upscaleTiles`.
 */
export async function upscaleImage(
  upscaler: Upscaler,
  image: FloatImage,
  options: TileOptions = {},
): Promise<FloatImage> {
  const width = image.width * upscaler.scale;
  const height = image.height * upscaler.scale;
  let whole: FloatImage | undefined;
  const source = { ...image, read: async (part: Rect) => cropFloats(image, part) };
  for await (const { rect, pixels } of upscaleTiles(upscaler, source, options)) {
    const { channels } = pixels;
    whole ??= { width, height, channels, data: new Float32Array(width * height * channels) };
    const row = rect.width * channels;
    for (let y = 0; y < rect.height; y++) {
      const at = ((rect.y + y) * width + rect.x) * channels;
      whole.data.set(pixels.data.subarray(y * row, (y + 1) * row), at);
    }
  }
  if (!whole) throw new Error('An image of no pixels cannot be upscaled.');
  return whole;
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) return false;
  }
  return true;
}
