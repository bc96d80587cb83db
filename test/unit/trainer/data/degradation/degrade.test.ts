import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readRunFile } from '../../../../../trainer/config/index.ts';
import type { Operation } from '../../../../../trainer/config/resolved.ts';
import { type DegradeOptions, degrade } from '../../../../../trainer/data/degradation/degrade.ts';
import { degradePatch } from '../../../../../trainer/data/degradation/degrade-patch.ts';
import { operationOrder } from '../../../../../trainer/data/degradation/order.ts';
import type { Image } from '../../../../../trainer/data/image.ts';
import { alphaOf, colorOf, cropImage, toByte } from '../../../../../trainer/data/image.ts';
import { imresize } from '../../../../../trainer/data/imresize.ts';
import { createRandom } from '../../../../../trainer/data/random.ts';
import { scenery } from '../images.ts';

/** The operations of a run file with this `degradation`. */
function operationsOf(degradation: string): readonly Operation[] {
  const { config, problems } = readRunFile(`degradation: ${degradation}`, { file: 'run.esrgan.yaml' });
  expect(problems.filter(({ code }) => code !== 'dataset-missing')).toEqual([]);
  return config!.degradation;
}

function randomOf(seed: number): DegradeOptions['randomOf'] {
  return (purpose) => createRandom(seed, 'test', purpose);
}

/** Waves and edges, as scripts/fixtures/degradation.py computes them. */
function pattern(index: number, side: number): Image {
  const part = (factor: number) => (index * factor) % 1;
  const data = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % side, Math.floor(i / 3 / side)];
    const waves = Math.sin((0.05 + 0.4 * part(0.61803)) * x + (0.05 + 0.4 * part(0.41421)) * y + (i % 3));
    const edges = Math.sign(Math.sin((0.02 + 0.1 * part(0.73205)) * x + (0.02 + 0.1 * part(0.23607)) * y));
    return toByte(127 + 60 * waves + 40 * edges);
  });
  return { width: side, height: side, channels: 3, data };
}

/** PSNR against the mean of each block of HR, mean horizontal gradient, and its part across the borders of blocks. */
function measures(lr: Image, hr: Image): { psnr: number; gradient: number; blockiness: number } {
  const scale = hr.width / lr.width;
  const steps = new Float64Array(lr.width - 1);
  let squares = 0;
  for (const [i, value] of lr.data.entries()) {
    const channel = i % 3;
    const x = Math.floor(i / 3) % lr.width;
    const y = Math.floor(i / 3 / lr.width);
    let sum = 0;
    for (let row = y * scale; row < (y + 1) * scale; row++) {
      for (let column = x * scale; column < (x + 1) * scale; column++)
        sum += hr.data[(row * hr.width + column) * 3 + channel]!;
    }
    squares += (value - sum / scale ** 2) ** 2;
    if (x > 0) steps[x - 1]! += Math.abs(value - lr.data[i - 3]!) / (lr.height * 3);
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const gradient = mean([...steps]);
  return {
    psnr: 10 * Math.log10((255 ** 2 * lr.data.length) / squares),
    gradient,
    blockiness: mean([...steps].filter((_, i) => i % 8 === 7)) / gradient,
  };
}

test('the damage of real-esrgan is distributed as that of an independent implementation', {
  timeout: 120_000,
}, async () => {
  const expected: Record<'psnr' | 'gradient' | 'blockiness', number[]> = JSON.parse(
    readFileSync('test/fixtures/degradation/statistics.json', 'utf8'),
  );
  const operations = operationsOf('real-esrgan');
  const found: ReturnType<typeof measures>[] = [];
  for (let i = 0; i < 500; i++) {
    const hr = pattern(i, 96);
    const { lr } = await degrade(hr, operations, { lr: { width: 24, height: 24 }, randomOf: randomOf(i) });
    found.push(measures(lr, hr));
  }
  for (const [name, quantiles] of Object.entries(expected)) {
    const values = found.map((each) => each[name as keyof typeof expected]);
    // The test of Kolmogorov and Smirnov: 0.087 is exceeded by one in a thousand samples of one distribution.
    const distance = quantiles.map((quantile, i) =>
      Math.abs(values.filter((value) => value < quantile).length / values.length - (i + 1) / 20),
    );
    expect([name, Math.max(...distance) < 0.087, distance]).toEqual([name, true, distance]);
  }
});

describe('a degradation', () => {
  const hr = scenery(96, 64, 3);
  const lr = { width: 24, height: 16 };

  test.each(['real-esrgan', 'real-esrgan-light', 'bsrgan', 'compression-only'])(
    'is a function of its random numbers, and has the size of LR: %s',
    async (preset) => {
      const operations = operationsOf(preset);
      const run = async (seed: number) => degrade(hr, operations, { lr, randomOf: randomOf(seed) });
      const results = await Promise.all([1, 1, 2, 3, 4].map(run));
      expect(results[0]).toEqual(results[1]);
      expect(new Set(results.map((each) => each.lr.data.join())).size).toBe(4);
      for (const each of results) expect([each.lr.width, each.lr.height]).toEqual([24, 16]);
    },
  );

  test('works on images of one channel', async () => {
    const gray = scenery(96, 64, 1);
    for (let seed = 0; seed < 8; seed++) {
      const result = await degrade(gray, operationsOf('real-esrgan'), { lr, randomOf: randomOf(seed) });
      expect([result.lr.channels, result.lr.data.length]).toEqual([1, 24 * 16]);
    }
  });

  test('without an operation does the rest as with it', async () => {
    const operations = operationsOf('real-esrgan');
    const options = { lr, randomOf: randomOf(5) };
    const whole = await degrade(hr, operations, options);
    const part = await degrade(hr, operations, { ...options, without: new Set([2, 3]) });
    expect(whole.applied.map(({ index }) => index)).toContain(2);
    expect(part.applied).toEqual(whole.applied.filter(({ index }) => index !== 2 && index !== 3));
    expect(part.lr.data).not.toEqual(whole.lr.data);
  });

  test('applies an operation with its probability', async () => {
    const operations = operationsOf('[{ op: downscale }, { op: jpeg, p: 0.3 }]');
    let count = 0;
    for (let seed = 0; seed < 300; seed++) {
      const { applied } = await degrade(hr, operations, { lr, randomOf: randomOf(seed) });
      count += applied.length - 1;
    }
    expect(Math.abs(count / 300 - 0.3)).toBeLessThan(0.08);
  });

  test('says what it drew', async () => {
    const text =
      '[{ op: jpeg, quality: [40, 40], halved_chroma: 0 }, { op: downscale, modes: { area: 1 } }, { op: webp, quality: [7, 7] }]';
    const { applied } = await degrade(hr, operationsOf(text), { lr, randomOf: randomOf(1) });
    expect(applied).toEqual([
      { index: 0, op: 'jpeg', drawn: { quality: 40, chroma: '4:4:4' } },
      { index: 1, op: 'downscale', drawn: { mode: 'area', width: 24, height: 16 } },
      { index: 2, op: 'webp', drawn: { quality: 7 } },
    ]);
  });
});

test.each([1, 2, 3, 4, 8])('a patch is part of a larger one, at scale %i', async (scale) => {
  const hr = scenery(50 * scale, 40 * scale, 3);
  const operations = operationsOf(
    '[{ op: blur, sigma: [1, 1], kernels: { iso: 1 }, size: [9, 9] }, { op: downscale, modes: { area: 1 } }]',
  );
  const lr = { width: 50, height: 40 };
  const whole = await degrade(hr, operations, { lr, randomOf: randomOf(1) });
  for (const [left, top] of [
    [0, 0],
    [21, 17],
    [38, 32],
  ] as const) {
    for (let seed = 0; seed < 12; seed++) {
      const place = { left, top, width: 12, height: 8 };
      const patch = await degradePatch(hr, place, { operations, scale, randomOf: randomOf(seed) });
      expect(patch.lr).toEqual(cropImage(whole.lr, left, top, 12, 8));
    }
  }
});

test('the blocks of JPEG begin anywhere in a patch', async () => {
  const hr = scenery(256, 256, 3);
  const operations = operationsOf('[{ op: downscale }, { op: jpeg, quality: [5, 5] }]');
  const borders = new Set<number>();
  for (let seed = 0; seed < 60; seed++) {
    const place = { left: 20, top: 20, width: 17, height: 16 };
    const { lr } = await degradePatch(hr, place, { operations, scale: 4, randomOf: randomOf(seed) });
    const steps = Array.from({ length: 8 }, (_, x) => {
      let sum = 0;
      for (let y = 0; y < lr.height; y++) {
        for (const column of [x, x + 8]) {
          const at = (y * lr.width + column) * 3;
          sum += Math.abs(lr.data[at + 3]! - lr.data[at]!);
        }
      }
      return sum;
    });
    borders.add(steps.indexOf(Math.max(...steps)));
  }
  expect(borders.size).toBeGreaterThanOrEqual(7);
});

describe('the order of operations', () => {
  /** All orders that 400 draws find, as the letters of the operations, sorted. */
  function check(degradation: string, expected: readonly string[]) {
    const operations = operationsOf(degradation);
    const orders = Array.from({ length: 400 }, (_, seed) =>
      operationOrder(operations, createRandom(seed, 'order'))
        .map((i) => 'abcdefgh'[i])
        .join(''),
    );
    expect([...new Set(orders)].sort()).toEqual(expected);
  }

  test('is that of the list', () => check('[{ op: blur }, { op: downscale }, { op: jpeg }]', ['abc']));

  test('has the sinc filter with the last resize on either side of JPEG, as in Real-ESRGAN', () =>
    check(
      '[{ op: blur }, { op: downscale, order: shuffled }, { op: sinc, order: attached }, { op: jpeg, order: shuffled }]',
      ['abcd', 'adbc'],
    ));

  test('keeps that of resizes, as in BSRGAN', () =>
    check(
      '[{ op: resize, order: shuffled }, { op: downscale, order: shuffled }, { op: noise, order: shuffled }, { op: jpeg }]',
      ['abcd', 'acbd', 'cabd'],
    ));
});

test('of an image with alpha the color is degraded, and alpha downscaled', async () => {
  const hr = scenery(96, 80, 4);
  const options = { scale: 4, operations: operationsOf('real-esrgan'), randomOf: randomOf(1) };
  const place = { left: 3, top: 5, width: 12, height: 8 };
  const { lr } = await degradePatch(hr, place, options);
  const { lr: color } = await degradePatch(colorOf(hr), place, options);
  expect(colorOf(lr)).toEqual(color);
  const alpha = imresize(alphaOf(hr), 1 / 4, 'uint8-replicate');
  expect(alphaOf(lr)).toEqual(cropImage(alpha, place.left, place.top, place.width, place.height));
});

test('gray images are degraded as gray', async () => {
  const options = { scale: 4, operations: operationsOf('real-esrgan'), randomOf: randomOf(1) };
  const { lr } = await degradePatch(scenery(96, 80, 1), { left: 3, top: 5, width: 12, height: 8 }, options);
  expect([lr.width, lr.height, lr.channels, lr.data.length]).toEqual([12, 8, 1, 96]);
});
