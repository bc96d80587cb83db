import { describe, expect, test } from 'vitest';
import { filter, filterSeparably } from '../../../../../trainer/data/degradation/filter.ts';
import { gaussianKernel, type Kernel, sincKernel } from '../../../../../trainer/data/degradation/kernels.ts';
import type { FloatImage } from '../../../../../trainer/data/image.ts';
import { toFloatImage } from '../../../../../trainer/data/image.ts';
import { noise } from '../images.ts';

/** The sum as it is defined, one sample after another. */
function plainFilter(image: FloatImage, { size, weights }: Kernel): FloatImage {
  const { width, height, channels } = image;
  const radius = (size - 1) / 2;
  const mirrored = (index: number, length: number): number =>
    length === 1
      ? 0
      : index < 0
        ? mirrored(-index, length)
        : index >= length
          ? mirrored(2 * (length - 1) - index, length)
          : index;
  const data = image.data.map((_, i) => {
    const channel = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    return weights.reduce((sum, weight, at) => {
      const fromX = mirrored(x + (at % size) - radius, width);
      const fromY = mirrored(y + Math.floor(at / size) - radius, height);
      return sum + weight * image.data[(fromY * width + fromX) * channels + channel]!;
    }, 0);
  });
  return { ...image, data };
}

function largestDifference(a: FloatImage, b: FloatImage): number {
  return a.data.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b.data[i]!)), 0);
}

describe('a filter', () => {
  test.each<[string, number, number, number, Kernel]>([
    ['a wide Gaussian', 23, 17, 3, gaussianKernel(9, { sigmaX: 3, sigmaY: 3, angle: 0 })],
    [
      'a narrow one, whose ends are left out',
      23,
      17,
      3,
      gaussianKernel(21, { sigmaX: 0.6, sigmaY: 2, angle: 1 }),
    ],
    ['negative weights', 16, 11, 1, sincKernel(7, 1.5)],
    ['an image smaller than the kernel', 5, 3, 3, gaussianKernel(15, { sigmaX: 2, sigmaY: 4, angle: 0.3 })],
    ['an image of one column', 1, 8, 3, gaussianKernel(7, { sigmaX: 2, sigmaY: 2, angle: 0 })],
  ])('equals its definition to a tenth of a level: %s', (_, width, height, channels, kernel) => {
    const image = toFloatImage(noise(width, height, channels));
    expect(largestDifference(filter(image, kernel), plainFilter(image, kernel))).toBeLessThan(0.1 / 255);
  });

  test('of a product of row and column equals that of its kernel', () => {
    const image = toFloatImage(noise(19, 14, 3));
    const row = Float64Array.from([1, 3, 5, 3, 1], (weight) => weight / 13);
    const weights = Float64Array.from({ length: 25 }, (_, i) => row[i % 5]! * row[Math.floor(i / 5)]!);
    const kernel = { size: 5, weights };
    expect(largestDifference(filterSeparably(image, row), plainFilter(image, kernel))).toBeLessThan(1e-6);
  });

  test('keeps a flat image', () => {
    const flat = { width: 9, height: 9, channels: 1, data: new Float32Array(81).fill(0.7) };
    const blurred = filter(flat, gaussianKernel(21, { sigmaX: 0.7, sigmaY: 1.4, angle: 0.4 }));
    expect(largestDifference(blurred, flat)).toBeLessThan(1e-6);
  });
});
