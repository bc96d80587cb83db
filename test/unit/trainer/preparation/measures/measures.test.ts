import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jpegQualityScore } from '../../../../../bench/jpeg-quality.ts';
import { gridStrength } from '../../../../../trainer/preparation/measures/blockiness.ts';
import { blurEffect } from '../../../../../trainer/preparation/measures/blur.ts';
import { spatialInformation } from '../../../../../trainer/preparation/measures/detail.ts';
import { type Gray, grayOf } from '../../../../../trainer/preparation/measures/gray.ts';
import { noiseDeviation } from '../../../../../trainer/preparation/measures/noise.ts';
import { octaveRatio } from '../../../../../trainer/preparation/measures/octaves.ts';
import {
  blockMeans,
  differenceHash,
  hashDistance,
} from '../../../../../trainer/preparation/measures/perceptual-hash.ts';
import { findShift } from '../../../../../trainer/preparation/measures/shift.ts';

interface Encoded {
  readonly height: number;
  readonly width: number;
  /** Base64 of bytes. */
  readonly data: string;
}

interface Fixture {
  readonly images: readonly (Encoded & {
    readonly name: string;
    readonly noise: number;
    readonly blur: number;
    readonly detail: number;
    readonly quality: number;
    readonly grid: number;
    readonly octaves: number;
    readonly difference_hash: readonly [number, number];
  })[];
  readonly pairs: readonly {
    readonly name: string;
    readonly moved: Encoded;
    readonly fixed: Encoded;
    readonly shift: readonly [number, number, number];
  }[];
}

// Made by scripts/fixtures/preparation.py.
const file = join(import.meta.dirname, '../../../../fixtures/preparation/measures.json');
const fixture: Fixture = JSON.parse(readFileSync(file, 'utf8'));

const grayFrom = ({ width, height, data }: Encoded): Gray => ({
  width,
  height,
  data: Float32Array.from(Buffer.from(data, 'base64')),
});

function flat(width: number, height: number): Gray {
  return { width, height, data: new Float32Array(width * height).fill(7) };
}

test.each(fixture.images)('as NumPy: $name', (image) => {
  const gray = grayFrom(image);
  expect({
    noise: noiseDeviation(gray),
    blur: blurEffect(gray),
    detail: spatialInformation(gray),
    quality: jpegQualityScore(gray),
    grid: gridStrength(gray),
  }).toEqual({
    noise: expect.closeTo(image.noise, 5),
    blur: expect.closeTo(image.blur, 6),
    detail: expect.closeTo(image.detail, 5),
    quality: expect.closeTo(image.quality, 5),
    grid: expect.closeTo(image.grid, 8),
  });
  // Our imresize has samples of 32 bits.
  expect(octaveRatio(gray)).toBeCloseTo(image.octaves, 4);
  expect(differenceHash(gray)).toEqual(image.difference_hash);
});

test.each(fixture.pairs)('the shift as NumPy: $name', ({ moved, fixed, shift: [x, y, peak] }) => {
  const found = findShift(grayFrom(moved), grayFrom(fixed));
  expect(found).toEqual({
    x: expect.closeTo(x, 6),
    y: expect.closeTo(y, 6),
    peak: expect.closeTo(peak, 6),
  });
});

describe('images that are too small, or of one color', () => {
  test.each([
    ['noise', noiseDeviation, flat(2, 40), 0],
    ['noise of one color', noiseDeviation, flat(40, 40), 0],
    ['blur of one color', blurEffect, flat(40, 40), 1],
    ['detail', spatialInformation, flat(40, 2), 0],
    ['quality', jpegQualityScore, flat(15, 40), undefined],
    ['quality of one color', jpegQualityScore, flat(40, 40), undefined],
    ['grid', gridStrength, flat(23, 40), 0],
    ['octaves', octaveRatio, flat(31, 40), undefined],
    ['octaves of one color', octaveRatio, flat(40, 40), undefined],
  ])('%s', (_, measure, gray, expected) => {
    expect(measure(gray)).toBe(expected);
  });

  test('shift', () => {
    expect(findShift(flat(15, 40), flat(15, 40))).toBeUndefined();
    expect(findShift(flat(40, 40), flat(40, 40))).toBeUndefined();
  });
});

test('gray of RGB, RGBA and gray', () => {
  const of = (channels: number, ...data: number[]) =>
    grayOf({ width: 1, height: 1, channels, data: Uint8Array.from(data) }).data[0];
  expect(of(3, 100, 200, 50)).toBeCloseTo(0.299 * 100 + 0.587 * 200 + 0.114 * 50, 4);
  expect(of(4, 100, 200, 50, 9)).toBeCloseTo(0.299 * 100 + 0.587 * 200 + 0.114 * 50, 4);
  expect(of(1, 77)).toBeCloseTo(77, 4);
});

test('means of parts whose borders are inside pixels', () => {
  const gray = { width: 3, height: 1, data: Float32Array.of(0, 60, 120) };
  // The left half has all of the first pixel and half of the second.
  expect([...blockMeans(gray, 2, 1)]).toEqual([20, 100]);
  // Fewer pixels than parts.
  expect([...blockMeans(gray, 6, 1)]).toEqual([0, 0, 60, 60, 120, 120]);
});

test.each([
  [[0, 0], [0, 0], 0],
  [[0xffffffff, 0], [0, 0], 32],
  [[0x80000001, 0x0f], [0x80000000, 0xf0], 9],
] as const)('bits in which %j and %j differ', (a, b, expected) => {
  expect(hashDistance(a, b)).toBe(expected);
});
