import type { Gray } from './gray.ts';

/** Pixels of the mean filter of the paper, which is this long and one pixel wide. */
const length = 9;

/**
 * Blur from 0 (sharp) to 1 after Crete et al., "The blur effect: perception and estimation with a new no-reference perceptual
 * blur metric" (2007): how much of the differences between neighbors a mean filter leaves, which is all of it in a blurred
 * image. The larger of the horizontal and the vertical value. Only pixels whose filter is inside the image count, so that its
 * border needs no padding. 1 for an image without differences.
 */
export function blurEffect(gray: Gray): number {
  const { width, height } = gray;
  return Math.max(blurAlong(gray, width, 1, height, width), blurAlong(gray, height, width, width, 1));
}

/** @param step from a pixel to the next along the filter; `across` from a line to the next of `lines` */
function blurAlong({ data }: Gray, count: number, step: number, lines: number, across: number): number {
  const half = (length - 1) / 2;
  let differences = 0;
  let lost = 0;
  for (let line = 0; line < lines; line++) {
    for (let i = half + 1; i < count - half; i++) {
      const at = line * across + i * step;
      const difference = Math.abs(data[at]! - data[at - step]!);
      // The difference of two neighboring means: all other terms of the sums cancel.
      const filtered = Math.abs(data[at + half * step]! - data[at - (half + 1) * step]!) / length;
      differences += difference;
      lost += Math.max(0, difference - filtered);
    }
  }
  return differences === 0 ? 1 : (differences - lost) / differences;
}
