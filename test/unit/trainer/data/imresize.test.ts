import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../trainer/data/decode.ts';
import { cropImage, type Image } from '../../../../trainer/data/image.ts';
import type { Convention } from '../../../../trainer/data/imresize.ts';
import { imresize, imresizeFloat, imresizePart } from '../../../../trainer/data/imresize.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { scenery } from './images.ts';

const conventions: Convention[] = ['uint8-replicate', 'uint8-symmetric', 'double-symmetric'];

// One row, so that only the columns change: MATLAB's weights can be read off.
function row(...data: number[]): Image {
  return { width: data.length, height: 1, channels: 1, data: Uint8Array.from(data) };
}

function check(image: Image, scale: number, convention: Convention, expected: number[]) {
  const resized = imresize(image, scale, convention);
  // Rows of one pixel stay one row of equal pixels.
  const width = Math.ceil(image.width * scale);
  expect([resized.width, resized.height]).toEqual([width, Math.ceil(scale)]);
  for (let y = 0; y < resized.height; y++) {
    expect([...resized.data.subarray(y * width, (y + 1) * width)]).toEqual(expected);
  }
}

describe('imresize', () => {
  test('doubling uses the weights at a quarter: -18, 222, 58, -6 of 256', () => {
    for (const convention of conventions) {
      check(
        row(100, 100, 100, 228, 100, 100, 100),
        2,
        convention,
        [100, 100, 100, 97, 91, 129, 211, 211, 129, 91, 97, 100, 100, 100],
      );
    }
  });

  test('halving widens the kernel to eight pixels: -3, -9, 29, 111, 111, 29, -9, -3 of 256', () => {
    const impulse = row(...Array(8).fill(100), 164, ...Array(7).fill(100));
    for (const convention of conventions) {
      check(impulse, 0.5, convention, [100, 100, 99, 107, 128, 98, 100, 100]);
    }
  });

  test('padding replicates the last pixel or mirrors the image: the weights of the first pixel are 128 or 140 of 256', () => {
    const first = row(200, 0, 0, 0, 0, 0, 0, 0);
    check(first, 0.5, 'uint8-replicate', [100, 0, 0, 0]);
    check(first, 0.5, 'uint8-symmetric', [109, 0, 0, 0]);
    check(first, 0.5, 'double-symmetric', [109, 0, 0, 0]);
  });

  test('rows are resized first, and the 8-bit conventions round and clamp in between', () => {
    // The first pass overshoots: above 255 in one column and below 0 in the other.
    const image: Image = {
      width: 2,
      height: 4,
      channels: 1,
      data: Uint8Array.of(0, 255, 0, 255, 255, 0, 255, 0),
    };
    const third = (convention: Convention) => [...imresize(image, 2, convention).data.subarray(8, 12)];
    // Down: -18 / 256 and 274 / 256 of 255 before, 0 and 255 after clamping; across 240, 204, 52, 16 of 256.
    expect(third('uint8-symmetric')).toEqual([0, 52, 203, 255]);
    expect(third('double-symmetric')).toEqual([0, 41, 214, 255]);
  });

  test('channels do not mix, constants stay, scale 1 changes nothing', () => {
    const data = Uint8Array.from({ length: 7 * 5 * 3 }, (_, i) => [9, 130, 255][i % 3]!);
    const image: Image = { width: 7, height: 5, channels: 3, data };
    for (const scale of [0.125, 0.25, 0.5, 1, 2, 4, 8]) {
      const resized = imresize(image, scale, 'uint8-replicate');
      expect([...new Set(resized.data)].sort((a, b) => a - b)).toEqual([9, 130, 255]);
      expect([...resized.data.subarray(0, 3)]).toEqual([9, 130, 255]);
    }
    const gradient = row(1, 50, 7, 200);
    expect(imresize(gradient, 1, 'uint8-symmetric')).toEqual(gradient);
  });

  test('floats are neither rounded nor clamped', () => {
    const image = { width: 4, height: 1, channels: 1, data: Float32Array.from([0, 0, 1, 1]) };
    const resized = imresizeFloat(image, 2).data;
    expect(resized[2]).toBeCloseTo(-18 / 256, 6);
    expect(resized[3]).toBeCloseTo((58 - 6) / 256, 6);
    expect(Math.max(...resized)).toBeGreaterThan(1);
  });
});

describe.skipIf(!hasTestData)(needsTestData('imresize equals MATLAB'), () => {
  async function equals(source: string, scale: number, convention: Convention, expected: string) {
    const resized = imresize(await decodeImage(join(testData, source)), scale, convention);
    const wanted = await decodeImage(join(testData, expected));
    expect([resized.width, resized.height, resized.channels]).toEqual([
      wanted.width,
      wanted.height,
      wanted.channels,
    ]);
    expect(Buffer.compare(Buffer.from(resized.data), Buffer.from(wanted.data))).toBe(0);
  }

  test.each([2, 4])('double path, down by %d', (factor) =>
    equals(
      'metrics/imresize/baboon.png',
      1 / factor,
      'double-symmetric',
      `metrics/imresize/baboon_down_x${factor}_matlab.png`,
    ),
  );

  for (const set of hasTestData ? ['set5', 'set14'] : []) {
    test.each(readdirSync(join(testData, set, 'HR')))(`LR of ${set} %s`, (name) =>
      equals(`${set}/HR/${name}`, 1 / 4, 'uint8-replicate', `${set}/LR_x4/${name}`),
    );
  }
});

test.each([2, 3, 4, 8])('a part of an image downscaled by %d is that of the whole image', (scale) => {
  const image = scenery(14 * scale, 11 * scale, 3, 5);
  const whole = imresize(image, 1 / scale, 'uint8-replicate');
  for (const [left, top, width, height] of [
    [0, 0, 14, 11],
    [0, 0, 3, 2],
    [11, 9, 3, 2],
    [5, 4, 4, 3],
    [13, 0, 1, 11],
  ] as const) {
    const part = imresizePart(image, 1 / scale, { left, top, width, height });
    expect(part).toEqual(cropImage(whole, left, top, width, height));
  }
});
