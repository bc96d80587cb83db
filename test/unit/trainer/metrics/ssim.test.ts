import { expect, test } from 'vitest';
import type { Samples } from '../../../../trainer/metrics/samples.ts';
import { cropBorder } from '../../../../trainer/metrics/samples.ts';
import { downscaledSsim, ssim } from '../../../../trainer/metrics/ssim.ts';
import { noise, scenery } from '../data/images.ts';

/** The definition, window by window. */
function slowSsim(a: Samples, b: Samples, peak: number): number {
  const window: number[] = [];
  for (let y = -5; y <= 5; y++) for (let x = -5; x <= 5; x++) window.push(Math.exp(-(x * x + y * y) / 4.5));
  const total = window.reduce((sum, weight) => sum + weight, 0);
  const values: number[] = [];
  for (let channel = 0; channel < a.channels; channel++) {
    for (let top = 0; top + 11 <= a.height; top++) {
      for (let left = 0; left + 11 <= a.width; left++) {
        const mean = (f: (p: number, q: number) => number) =>
          window.reduce((sum, weight, i) => {
            const at = ((top + Math.floor(i / 11)) * a.width + left + (i % 11)) * a.channels + channel;
            return sum + (weight / total) * f(a.data[at]!, b.data[at]!);
          }, 0);
        const meanA = mean((p) => p);
        const meanB = mean((_, q) => q);
        const varianceA = mean((p) => (p - meanA) ** 2);
        const varianceB = mean((_, q) => (q - meanB) ** 2);
        const covariance = mean((p, q) => (p - meanA) * (q - meanB));
        const [c1, c2] = [(0.01 * peak) ** 2, (0.03 * peak) ** 2];
        values.push(
          ((2 * meanA * meanB + c1) * (2 * covariance + c2)) /
            ((meanA ** 2 + meanB ** 2 + c1) * (varianceA + varianceB + c2)),
        );
      }
    }
  }
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function average(a: Samples, b: Samples, weight: number): Samples {
  return { ...a, data: Float64Array.from(a.data, (value, i) => value * (1 - weight) + b.data[i]! * weight) };
}

test.each([
  [11, 11, 1],
  [31, 14, 1],
  [13, 25, 3],
])('equals its definition on %dx%dx%d', (width, height, channels) => {
  const a = scenery(width, height, channels);
  for (const b of [a, noise(width, height, channels), average(a, noise(width, height, channels), 0.2)]) {
    expect(ssim(a, b, 255)).toBeCloseTo(slowSsim(a, b, 255), 10);
  }
});

test('depends on the range only through its size', () => {
  const a = scenery(20, 20, 1);
  const b = average(a, noise(20, 20, 1), 0.3);
  const unit = (image: Samples) => ({
    ...image,
    data: Float64Array.from(image.data, (value) => value / 255),
  });
  expect(ssim(unit(a), unit(b), 1)).toBeCloseTo(ssim(a, b, 255), 10);
});

test('equal images have 1, opposite ones less than 0', () => {
  const a = noise(20, 20, 1);
  expect(ssim(a, a, 255)).toBeCloseTo(1, 12);
  expect(ssim(a, { ...a, data: a.data.map((value) => 255 - value) }, 255)).toBeLessThan(0);
});

test('images smaller than the window, or of differing shape, are refused', () => {
  expect(() => ssim(noise(10, 11, 1), noise(10, 11, 1), 255)).toThrow('at least 11x11 pixels, not 10x11');
  expect(() => ssim(noise(12, 11, 1), noise(12, 12, 1), 255)).toThrow('12x11x1 and 12x12x1');
});

// Python's round: 383 / 256 is 1, 384 / 256 = 1.5 is 2, 640 / 256 = 2.5 is 2 as well, 641 / 256 is 3.
test.each([
  [100, 1],
  [383, 1],
  [384, 2],
  [640, 2],
  [641, 3],
])('a shorter side of %d is shrunk by %d', (side, block) => {
  const width = side + 7;
  const a = scenery(width, side, 1);
  const b = average(a, noise(width, side, 1), 0.3);
  const shrink = (image: Samples): Samples => {
    const [w, h] = [Math.floor(width / block), Math.floor(side / block)];
    const data = new Float64Array(w * h);
    for (let y = 0; y < h * block; y++) {
      for (let x = 0; x < w * block; x++) {
        const at = Math.floor(y / block) * w + Math.floor(x / block);
        data[at] = data[at]! + image.data[y * width + x]! / block ** 2;
      }
    }
    return { width: w, height: h, channels: 1, data };
  };
  expect(downscaledSsim(a, b, 255)).toBeCloseTo(ssim(shrink(a), shrink(b), 255), 10);
});

test('crops borders', () => {
  const image = { width: 4, height: 3, channels: 2, data: Uint8Array.from({ length: 24 }, (_, i) => i) };
  expect([...cropBorder(image, 1).data]).toEqual([10, 11, 12, 13]);
  expect([...cropBorder(image, 0).data]).toEqual([...image.data]);
  expect(() => cropBorder(image, 2)).toThrow('a border of 2 leaves nothing of 4x3');
});
