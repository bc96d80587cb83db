import type { Gray } from './gray.ts';

/** Pixels of a block of JPEG. */
const block = 8;

/**
 * Strength of a grid of blocks of 8 pixels, about 0 to 1: how much more often the difference between two neighbors is larger than
 * those before and after it where blocks meet than at any other place. Blocks may start anywhere, as in a part that was cut out
 * of an image: of the eight places in each direction the strongest is compared with the next. As it counts and does not add up
 * differences, a few strong edges do not matter; an image that was upscaled by 2 or 4 has several strong places. 0 for images
 * below 24 pixels a side.
 */
export function gridStrength(gray: Gray): number {
  const { width, height } = gray;
  if (width < 3 * block || height < 3 * block) return 0;
  return (gridAlong(gray, width, 1, height, width) + gridAlong(gray, height, width, width, 1)) / 2;
}

function gridAlong({ data }: Gray, count: number, step: number, lines: number, across: number): number {
  const peaks = new Float64Array(block);
  const counts = new Float64Array(block);
  for (let line = 0; line < lines; line++) {
    for (let i = 2; i < count - 1; i++) {
      const at = line * across + i * step;
      const difference = Math.abs(data[at]! - data[at - step]!);
      const before = Math.abs(data[at - step]! - data[at - 2 * step]!);
      const after = Math.abs(data[at + step]! - data[at]!);
      if (difference > before && difference > after) peaks[i % block]! += 1;
      counts[i % block]! += 1;
    }
  }
  const rates = Array.from(peaks, (value, phase) => value / counts[phase]!).sort((a, b) => b - a);
  return rates[0]! - rates[1]!;
}
