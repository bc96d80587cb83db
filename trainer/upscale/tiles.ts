import type { Rect } from '../guards/rect.ts';

/** The rectangle in the upscaled image. */
export function scaledRect({ x, y, width, height }: Rect, scale: number): Rect {
  return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}

/** Rectangles in pixels of the low-resolution image. */
export interface Tile {
  /** Input of the model: the inner part and its context. */
  readonly source: Rect;
  /** Part of `source` whose upscaled pixels are used. */
  readonly inner: Rect;
}

/**
 * Cuts an image of `width` x `height` pixels into tiles, row by row. The inner parts cover every pixel exactly once and
 * have at least `overlap` pixels of context on each side, except at the borders of the image. All tiles have the same
 * size, because an engine compiles a program for each size: at most `tile` pixels per side, and no more than needed for
 * that number of tiles. Tiles start at multiples of `alignment`; the last ones are up to `alignment` - 1 pixels larger.
 *
 * @throws RangeError if a tile is no larger than its context
 */
export function planTiles(
  width: number,
  height: number,
  tile: number,
  overlap: number,
  alignment = 1,
): Tile[] {
  if (tile < 2 * overlap + alignment) {
    throw new RangeError(
      `A tile of ${tile} pixels is too small for an overlap of ${overlap}: it must be larger than ${2 * overlap + alignment - 1}.`,
    );
  }
  const columns = cut(width, tile, overlap, alignment);
  return cut(height, tile, overlap, alignment).flatMap((row) =>
    columns.map((column) => ({
      source: { x: column.start, y: row.start, width: column.length, height: row.length },
      inner: { x: column.from, y: row.from, width: column.to - column.from, height: row.to - row.from },
    })),
  );
}

/** Spans along one axis: source pixels `[start, start + length)` and inner pixels `[from, to)`. */
function cut(size: number, tile: number, overlap: number, alignment: number) {
  // Rounding a start down to a multiple reduces the overlap with the next tile.
  const shared = 2 * overlap + alignment - 1;
  const steps = Math.max(0, Math.ceil((size - tile - (alignment - 1)) / (tile - shared)));
  const length = steps === 0 ? size : Math.min(tile, Math.ceil((size + steps * shared) / (steps + 1)));
  const last = Math.floor((size - length) / alignment) * alignment;
  const start = (index: number) =>
    steps === 0 ? 0 : Math.round((index * last) / steps / alignment) * alignment;
  // Neighbors share at least 2 * overlap pixels; the seam is in the middle of them.
  const seam = (index: number) => Math.floor((start(index - 1) + length + start(index)) / 2);
  return Array.from({ length: steps + 1 }, (_, index) => ({
    start: start(index),
    length: index === steps ? size - start(index) : length,
    from: index === 0 ? 0 : seam(index),
    to: index === steps ? size : seam(index + 1),
  }));
}
