import { WorkbenchError } from '../errors/errors.ts';

/** A rectangle of whole pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a rectangle lies when the image is upscaled. */
export function scaledRect({ x, y, width, height }: Rect, scale: number): Rect {
  return { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
}

/** One piece of the work, in pixels of the low-resolution image. */
export interface Tile {
  /** What the model reads: the kept part and its context. */
  readonly source: Rect;
  /** The part of the image, inside `source`, whose upscaled pixels are used. */
  readonly keep: Rect;
}

/**
 * Cuts an image of `width` x `height` pixels into tiles, row by row. The kept parts cover every pixel
 * exactly once and have at least `overlap` pixels of context on each side, except where the image ends.
 * All tiles have the same size, because an engine prepares one graph for each size: at most `tile` pixels a side, and
 * no more than as many tiles need. They begin at multiples of `alignment`, for which the last ones are up to
 * `alignment` - 1 pixels larger.
 *
 * @throws WorkbenchError `usage` when the context leaves nothing of a tile to keep.
 */
export function planTiles(
  width: number,
  height: number,
  tile: number,
  overlap: number,
  alignment = 1,
): Tile[] {
  if (tile < 2 * overlap + alignment) {
    throw new WorkbenchError(
      'usage',
      `A tile of ${tile} pixels is all context with an overlap of ${overlap}: it must be larger than ${2 * overlap + alignment - 1}.`,
    );
  }
  const columns = cut(width, tile, overlap, alignment);
  return cut(height, tile, overlap, alignment).flatMap((row) =>
    columns.map((column) => ({
      source: { x: column.start, y: row.start, width: column.length, height: row.length },
      keep: { x: column.from, y: row.from, width: column.to - column.from, height: row.to - row.from },
    })),
  );
}

/** Spans along one axis: pixels read, `[start, start + length)`, and pixels kept, `[from, to)`. */
function cut(size: number, tile: number, overlap: number, alignment: number) {
  // Rounding a start down to a multiple shortens what its tile shares with the next one.
  const shared = 2 * overlap + alignment - 1;
  const steps = Math.max(0, Math.ceil((size - tile - (alignment - 1)) / (tile - shared)));
  const length = steps === 0 ? size : Math.min(tile, Math.ceil((size + steps * shared) / (steps + 1)));
  const last = Math.floor((size - length) / alignment) * alignment;
  const start = (index: number) =>
    steps === 0 ? 0 : Math.round((index * last) / steps / alignment) * alignment;
  // Neighbours share at least 2 * overlap pixels; the seam lies in the middle of what they share.
  const seam = (index: number) => Math.floor((start(index - 1) + length + start(index)) / 2);
  return Array.from({ length: steps + 1 }, (_, index) => ({
    start: start(index),
    length: index === steps ? size - start(index) : length,
    from: index === 0 ? 0 : seam(index),
    to: index === steps ? size : seam(index + 1),
  }));
}
