import type { FloatImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Rect } from '../guards/rect.ts';
import { unlessCancelled } from './cancel.ts';
import type { ImagePixels } from './image-file.ts';
import { cropFloats } from './resize-canvas.ts';
import { planTiles, scaledRect } from './tiles.ts';
import { type Upscaler, upscalePart } from './upscaler.ts';

export interface TileOptions {
  /** Side of a tile in low-resolution pixels, context included; by default that of the upscaler. */
  readonly tile?: number;
  /** Context on each side of a tile in low-resolution pixels, where it must be less than `contextOf` the upscaler. */
  readonly overlap?: number;
  /** Cancels at once; the current tile ends in the background. */
  readonly signal?: AbortSignal;
  /** Called after each tile. */
  readonly onTile?: (done: number, total: number) => void;
}

/** A finished part of the upscaled image. */
interface Piece {
  /** In pixels of the upscaled image. */
  readonly rect: Rect;
  /** `[rect.height, rect.width, channels]`, not clamped. */
  readonly pixels: FloatImage;
}

/** For upscalers without a recommendation. */
const defaultTile = 192;

/**
 * Context beyond which pixels have no influence on 8-bit results, also in models with a larger receptive field, in pixels
 * of the feature maps.
 *
 * Measured on three trained networks of 10 residual-in-residual dense blocks (x2, x3, x4, 64/32 channels, radius of the
 * receptive field 153) with three photos each: a part of a photo, compared with the same part of the whole photo, differs
 * by at most 104, 4.2, 0.6, 0.02 and 0.0004 levels of 255 at a distance of 0, 4, 8, 12 and 16 pixels from its edge. Of the
 * rounded results none differs from 24 pixels on. More blocks change little, because each adds its result times 0.04: with 23
 * blocks (radius 348) and random weights, up to 10 times the initial ones, it is 0.45, 0.016 and 0.0004 at 8, 12 and 16.
 */
export const largestContext = 32;

/** Context for tiles without seams, in low-resolution pixels. */
export function contextOf({ receptiveField, context, alignment = 1 }: Upscaler): number {
  if (context !== undefined) return context;
  // The feature maps of models that rearrange their input have fewer pixels. Of unknown models, it may not be the reason.
  return receptiveField === Number.POSITIVE_INFINITY
    ? largestContext
    : Math.min(receptiveField, largestContext * alignment);
}

/** Side of the smallest tile that has an inner part besides its context, in low-resolution pixels. */
function smallestTile(upscaler: Upscaler): number {
  return 2 * contextOf(upscaler) + (upscaler.alignment ?? 1);
}

/**
 * Refuses tiles that would have visible seams.
 *
 * @throws WorkbenchError `usage`
 */
export function assertTileFits(upscaler: Upscaler, tile: number): void {
  const smallest = smallestTile(upscaler);
  if (tile >= smallest) return;
  throw new WorkbenchError(
    'usage',
    `Tiles of ${tile} pixels are too small for ${upscaler.name}, which needs ${contextOf(upscaler)} pixels of context on each side. Use --tile ${smallest} or more.`,
  );
}

/**
 * Upscales an image tile by tile and yields the finished pieces row by row. `image` has as many channels as `upscaler`
 * takes.
 *
 * @throws WorkbenchError `usage` if tiles without an own `overlap` are too small; `interrupted` if cancelled; `engine` if
 * the result is not finite
 */
export async function* upscaleTiles(
  upscaler: Upscaler,
  image: ImagePixels,
  options: TileOptions = {},
): AsyncGenerator<Piece> {
  const { overlap = contextOf(upscaler), signal, onTile } = options;
  const size = options.tile ?? Math.max(upscaler.tile ?? defaultTile, smallestTile(upscaler));
  if (options.overlap === undefined) assertTileFits(upscaler, size);
  const { scale, alignment = 1 } = upscaler;
  const tiles = planTiles(image.width, image.height, size, overlap, alignment);
  for (const [index, { source, inner }] of tiles.entries()) {
    const part = await image.read(source);
    const innerPart = { ...inner, x: inner.x - source.x, y: inner.y - source.y };
    const pixels = await unlessCancelled(signal, () => upscalePart(upscaler, part, innerPart));
    if (!allFinite(pixels.data)) {
      throw new WorkbenchError(
        'engine',
        `The result of ${upscaler.name} is not finite. Its weights are damaged, or the GPU failed: try the engine cpu.`,
      );
    }
    onTile?.(index + 1, tiles.length);
    yield { rect: scaledRect(inner, scale), pixels };
  }
}

/**
 * Upscales an image in memory tile by tile, `[h, w, c]` to `[h * scale, w * scale, k]`, where k is the number of channels
 * that the upscaler returns, usually c.
 *
 * @throws as `upscaleTiles`
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
  if (!whole) throw new Error('The image has no pixels.');
  return whole;
}

function allFinite(values: Float32Array): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) return false;
  }
  return true;
}
