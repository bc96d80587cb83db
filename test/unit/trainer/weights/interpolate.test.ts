import { expect, test } from 'vitest';
import { interpolate } from '../../../../trainer/weights/interpolate.ts';
import { randomGenerator } from './generators.ts';

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
