import type { Gray } from './gray.ts';

/**
 * Spatial information (SI) of ITU-T Recommendation P.910: the standard deviation of the magnitude of Sobel's gradient, in gray
 * levels. 0 for an image of one color; photographs have 20 to 150. 0 for an image below 3 pixels a side.
 */
export function spatialInformation({ width, height, data }: Gray): number {
  if (width < 3 || height < 3) return 0;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * width + 1; i < (y + 1) * width - 1; i++) {
      const [a, b, c] = [data[i - width - 1]!, data[i - width]!, data[i - width + 1]!];
      const [d, e, f] = [data[i + width - 1]!, data[i + width]!, data[i + width + 1]!];
      const across = c - a + 2 * (data[i + 1]! - data[i - 1]!) + f - d;
      const down = d - a + 2 * (e - b) + f - c;
      const square = across * across + down * down;
      sum += Math.sqrt(square);
      squares += square;
    }
  }
  const count = (width - 2) * (height - 2);
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
