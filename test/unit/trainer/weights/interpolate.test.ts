import { expect, test } from 'vitest';
import { mergedSpan } from '../../../../trainer/models/span/merge.ts';
import { interpolate } from '../../../../trainer/weights/interpolate.ts';
import { largestDifference } from '../models/fixture.ts';
import { randomCompact, randomGenerator, randomSpan } from './generators.ts';

const names = ['psnr.pth', 'esrgan.pth'] as const;

test.each([0, 0.25, 0.8, 1])('alpha %f', (alpha) => {
  const [a, b] = [randomGenerator({}, 1), randomGenerator({}, 2)];
  const mixed = interpolate(a, b, alpha, names);
  expect(mixed.options).toEqual(a.options);
  expect([...mixed.parameters.keys()]).toEqual([...a.parameters.keys()]);
  for (const [name, { shape, data }] of mixed.parameters) {
    expect(shape).toEqual(a.parameters.get(name)!.shape);
    const [x, y] = [a.parameters.get(name)!.data, b.parameters.get(name)!.data];
    expect(data, name).toEqual(x.map((value, index) => (1 - alpha) * value + alpha * y[index]!));
  }
});

test.each([
  [{ num_basic_blocks: 1 }, /num_basic_blocks is 2 in psnr\.pth and 1 in esrgan\.pth/],
  [{ scale_factor: 2 }, /scale_factor is 4 in psnr\.pth and 2/],
  [{ residual_scaling: 0.1 }, /residual_scaling is 0\.2 in psnr\.pth and 0\.1/],
  [{ scale_factor: 1, input_unshuffle: 4 }, /scale_factor is 4 in .* and 1/],
] as const)('%j differs', (options, message) => {
  expect(() => interpolate(randomGenerator(), randomGenerator(options), 0.5, names)).toThrow(message);
});

test('networks of different architectures', () => {
  expect(() => interpolate(randomGenerator(), randomCompact(), 0.5, names)).toThrow(
    /type is rrdb in psnr\.pth and compact in esrgan\.pth/,
  );
});

test('the merged filters of SPAN are interpolated, and each end is the model itself', () => {
  const [a, b] = [randomSpan(), randomSpan({}, 2)];
  const [merged, other] = [a, b].map(({ options, parameters }) => mergedSpan(options, parameters));
  for (const alpha of [0, 0.3, 1]) {
    const { options, parameters } = interpolate(a, b, alpha, names);
    if (options.type !== 'span') throw new Error(options.type);
    for (const [name, { data }] of mergedSpan(options, parameters)) {
      const expected = data.map(
        (_, index) => (1 - alpha) * merged!.get(name)!.data[index]! + alpha * other!.get(name)!.data[index]!,
      );
      expect(largestDifference(data, expected), name).toBeLessThan(1e-6);
    }
  }
});
