import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { ResizeMode } from '../../../../../trainer/config/resolved.ts';
import { resizeImage } from '../../../../../trainer/data/degradation/interpolate.ts';
import type { FloatImage } from '../../../../../trainer/data/image.ts';
import { toFloatImage } from '../../../../../trainer/data/image.ts';
import { imresizeFloat } from '../../../../../trainer/data/imresize.ts';
import { noise } from '../images.ts';

/** Resizes by PyTorch and Pillow: see scripts/fixtures/degradation.py. */
interface Fixture {
  readonly image: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly mode: ResizeMode;
    readonly height: number;
    readonly width: number;
    readonly rows: readonly (readonly number[])[];
  }[];
}

const fixture: Fixture = JSON.parse(readFileSync('test/fixtures/degradation/resizes.json', 'utf8'));
const image: FloatImage = {
  width: fixture.image[0]!.length,
  height: fixture.image.length,
  channels: 1,
  data: Float32Array.from(fixture.image.flat()),
};

test.each(fixture.cases.map((each) => [`${each.mode} to ${each.width}x${each.height}`, each] as const))(
  'equals PyTorch or Pillow: %s',
  (_, { mode, width, height, rows }) => {
    const resized = resizeImage(image, width, height, mode);
    expect([resized.width, resized.height]).toEqual([width, height]);
    for (const [i, value] of rows.flat().entries()) expect(resized.data[i]).toBeCloseTo(value, 4);
  },
);

test('matlab is the bicubic imresize, away from the border', () => {
  const source = toFloatImage(noise(32, 40, 3));
  const [ours, theirs] = [resizeImage(source, 8, 10, 'matlab'), imresizeFloat(source, 1 / 4)];
  expect([theirs.width, theirs.height]).toEqual([8, 10]);
  for (let y = 2; y < 8; y++) {
    for (let i = 2 * 3; i < 6 * 3; i++)
      expect(ours.data[y * 24 + i]).toBeCloseTo(theirs.data[y * 24 + i]!, 6);
  }
});

test.each<ResizeMode>(['area', 'bilinear', 'bicubic', 'triangle', 'matlab', 'lanczos', 'nearest'])(
  '%s keeps a flat image, also down to one pixel, and the mean color of each channel',
  (mode) => {
    const flat = Float32Array.from({ length: 10 * 7 * 3 }, (_, i) => (i % 3) / 3);
    for (const [width, height] of [
      [1, 1],
      [4, 9],
      [23, 3],
    ] as const) {
      const { data } = resizeImage({ width: 10, height: 7, channels: 3, data: flat }, width, height, mode);
      for (const [i, value] of data.entries()) expect(value).toBeCloseTo((i % 3) / 3, 6);
    }
  },
);

test('area is the mean of what a pixel covers, also of parts', () => {
  const row = { width: 3, height: 1, channels: 1, data: Float32Array.of(0, 0.5, 1) };
  // Each half covers one pixel and a half.
  expect(Array.from(resizeImage(row, 2, 1, 'area').data, (value) => value.toFixed(4))).toEqual([
    (0.25 / 1.5).toFixed(4),
    (1.25 / 1.5).toFixed(4),
  ]);
});
