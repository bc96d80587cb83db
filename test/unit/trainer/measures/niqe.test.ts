import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../trainer/data/decode.ts';
import type { Image } from '../../../../trainer/data/image.ts';
import { niqeMeasure } from '../../../../trainer/measures/niqe-measure.ts';
import { readNiqe } from '../../../../trainer/weights/niqe-file.ts';
import { testData } from '../../../test-data.ts';

const model = 'test/fixtures/niqe/model.npz';

interface Case {
  readonly width: number;
  readonly height: number;
  readonly flat: number;
  readonly seed: number;
  readonly niqe: number;
}
const cases: readonly Case[] = JSON.parse(readFileSync('test/fixtures/niqe/expected.json', 'utf8'));

/** `hashed` of scripts/fixtures/niqe.py. */
function hashed(at: number, seed: number): number {
  let x = (at + Math.imul(seed, 0x9e3779b1)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b) >>> 0;
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0;
  return (x ^ (x >>> 16)) >>> 0;
}

/** `image` of scripts/fixtures/niqe.py, with a border of other samples. */
function image({ width, height, flat, seed }: Case, border: number): Image {
  const [outerWidth, outerHeight] = [width + 2 * border, height + 2 * border];
  const data = Uint8Array.from({ length: outerWidth * outerHeight }, (_, i) => {
    const [x, y] = [(i % outerWidth) - border, Math.floor(i / outerWidth) - border];
    if (x < 0 || y < 0 || x >= width || y >= height) return 255;
    if (y < flat) return 100;
    const tile = Math.floor(y / 12) * width + Math.floor(x / 12);
    return 16 + (hashed(y * width + x, seed) >>> 26) + (hashed(tile, seed + 50) >>> 25);
  });
  return { width: outerWidth, height: outerHeight, channels: 1, data };
}

describe('NIQE equals that of NumPy', () => {
  test.each(cases)('$width x $height, $flat rows flat', async (each) => {
    const measure = niqeMeasure(model);
    for (const border of [0, 4]) {
      const sr = image(each, border);
      const { niqe } = await measure.measure(sr, sr, border);
      expect(Math.abs(niqe! / each.niqe - 1)).toBeLessThan(1e-6);
    }
  });
});

test('colors are measured as Y', async () => {
  const measure = niqeMeasure(model);
  const gray = image({ ...cases[0]!, width: 200, height: 200 }, 0);
  const luma = (value: number) => Math.floor(16 + (value * 219) / 255 + 0.5);
  const rgb = Uint8Array.from({ length: 3 * gray.data.length }, (_, i) => gray.data[Math.floor(i / 3)]!);
  const ofColors = await measure.measure({ ...gray, channels: 3, data: rgb }, gray, 0);
  expect(ofColors).toEqual(await measure.measure({ ...gray, data: gray.data.map(luma) }, gray, 0));
});

test.each<[string, number, number]>([
  ['flat', 300, 300],
  ['a single block', 100, 100],
])('it is not defined for an image of %s', async (_, width, height) => {
  const sr = image({ width, height, flat: width === 300 ? height : 0, seed: 1, niqe: 0 }, 0);
  expect(await niqeMeasure(model).measure(sr, sr, 0)).toEqual({});
});

test('the smallest image has two blocks in each direction', () => {
  expect([0, 4].map((crop) => niqeMeasure(model).smallest(crop))).toEqual([192, 200]);
});

test('other files are refused, with what is missing', () => {
  expect(() => readNiqe('test/fixtures/distances/pairs.safetensors')).toThrow(
    /pairs\.safetensors does not hold the model of NIQE: mu_pris_param is missing \(its first tensor is \w+/,
  );
});

describe('with the parameters of its authors', () => {
  const [parameters, baboon] = ['niqe_pris_params.npz', 'baboon.png'].map((name) =>
    join(testData, 'niqe', name),
  );
  const isThere = existsSync(parameters!) && existsSync(baboon!);
  const title = 'it is that of MATLAB R2021a for baboon.png of BasicSR';
  test.skipIf(!isThere)(isThere ? title : `${title} (skipped: no test data)`, async () => {
    const sr = await decodeImage(baboon!, 3);
    const { niqe } = await niqeMeasure(parameters!).measure(sr, sr, 0);
    expect(niqe!.toFixed(4)).toBe('5.7296');
  });
});
