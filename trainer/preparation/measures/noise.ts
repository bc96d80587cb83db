import type { Gray } from './gray.ts';

/**
 * Standard deviation of white Gaussian noise, in gray levels, after Immerkær, "Fast Noise Variance Estimation" (1996): the mean
 * absolute response to a difference of two Laplacians, which flat and linear parts do not excite. Fine texture counts as
 * noise too. 0 for an image below 3 pixels a side.
 */
export function noiseDeviation({ width, height, data }: Gray): number {
  if (width < 3 || height < 3) return 0;
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const corners =
        data[i - width - 1]! + data[i - width + 1]! + data[i + width - 1]! + data[i + width + 1]!;
      const edges = data[i - width]! + data[i - 1]! + data[i + 1]! + data[i + width]!;
      sum += Math.abs(corners - 2 * edges + 4 * data[i]!);
    }
  }
  return (Math.sqrt(Math.PI / 2) * sum) / (6 * (width - 2) * (height - 2));
}
