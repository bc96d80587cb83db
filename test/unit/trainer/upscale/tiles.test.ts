import { expect, test } from 'vitest';
import { planTiles } from '../../../../trainer/upscale/tiles.ts';

test('the inner parts cover every pixel once, with context, in tiles of one size', () => {
  for (const tile of [1, 2, 3, 5, 8, 16]) {
    for (let overlap = 0; 2 * overlap < tile; overlap++) {
      for (const width of [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31]) {
        for (const height of [1, 6, 13]) check(width, height, tile, overlap);
      }
    }
  }
});

test('aligned tiles start at multiples of the alignment and have their context', () => {
  for (const alignment of [2, 4]) {
    for (const tile of [4, 7, 8, 16]) {
      for (let overlap = 0; 2 * overlap + alignment <= tile; overlap++) {
        for (const width of [1, 3, 4, 5, 8, 15, 16, 17, 23, 31, 64]) {
          for (const height of [1, 6, 13]) check(width, height, tile, overlap, alignment);
        }
      }
    }
  }
});

test('there are no more tiles than the context requires', () => {
  const count = (size: number, tile: number, overlap: number) => planTiles(size, 1, tile, overlap).length;
  expect(count(16, 16, 4)).toBe(1);
  expect(count(17, 16, 4)).toBe(2);
  expect(count(24, 16, 4)).toBe(2);
  expect(count(25, 16, 4)).toBe(3);
  expect(count(100, 10, 0)).toBe(10);
});

test('tiles are no larger than necessary', () => {
  const side = (size: number, tile: number, overlap: number) =>
    planTiles(size, 1, tile, overlap)[0]!.source.width;
  expect(side(16, 16, 4)).toBe(16);
  expect(side(17, 16, 4)).toBe(13);
  expect(side(1000, 361, 32)).toBe(298);
});

test('a tile that is no larger than its context is an error', () => {
  expect(() => planTiles(100, 100, 35, 16, 4)).toThrow(/tile of 35 .* larger than 35/);
  expect(() => planTiles(100, 100, 32, 16)).toThrow(/tile of 32 .* larger than 32/);
});

function check(width: number, height: number, tile: number, overlap: number, alignment = 1): void {
  const where = `${width}x${height}, tile ${tile}, overlap ${overlap}, alignment ${alignment}`;
  const covered = new Uint8Array(width * height);
  const tiles = planTiles(width, height, tile, overlap, alignment);
  const first = tiles[0]!.source;
  for (const [size, side] of [
    [width, first.width],
    [height, first.height],
  ] as const) {
    expect(side <= tile + (side === size ? alignment - 1 : 0), where).toBe(true);
  }
  for (const { source, inner } of tiles) {
    const surplus = [source.width - first.width, source.height - first.height];
    const atEnd = [source.x + source.width === width, source.y + source.height === height];
    for (const [axis, pixels] of surplus.entries()) {
      expect(pixels >= 0 && pixels < (atEnd[axis] ? alignment : 1), where).toBe(true);
    }
    expect([source.x % alignment, source.y % alignment], where).toEqual([0, 0]);
    expect(source.x >= 0 && source.x + source.width <= width, where).toBe(true);
    expect(source.y >= 0 && source.y + source.height <= height, where).toBe(true);
    const context = [
      [inner.x - source.x, source.x === 0],
      [inner.y - source.y, source.y === 0],
      [source.x + source.width - inner.x - inner.width, source.x + source.width === width],
      [source.y + source.height - inner.y - inner.height, source.y + source.height === height],
    ] as const;
    for (const [pixels, atEdge] of context) {
      expect(pixels >= (atEdge ? 0 : overlap), `${where}: context of ${pixels}`).toBe(true);
    }
    for (let y = inner.y; y < inner.y + inner.height; y++) {
      for (let x = inner.x; x < inner.x + inner.width; x++) covered[y * width + x]!++;
    }
  }
  expect(
    covered.every((times) => times === 1),
    where,
  ).toBe(true);
}
