import type { Gray } from '../trainer/preparation/measures/gray.ts';

/** Pixels of a block of JPEG. */
const block = 8;

/**
 * Quality of a JPEG image without its original, after Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of JPEG
 * compressed images" (2002): about 10 for an image without visible blocks, 1 for one with strong blocks. From the differences
 * across the borders of blocks, those of all neighbors, and how often they change their sign. Blocks must start at the left
 * and top edge. Undefined for images below 16 pixels a side, and for those without differences.
 */
export function jpegQualityScore(gray: Gray): number | undefined {
  const { width, height } = gray;
  if (width < 2 * block || height < 2 * block) return undefined;
  const rows = featuresAlong(gray, width, 1, height, width);
  const columns = featuresAlong(gray, height, width, width, 1);
  const blockiness = (rows.blockiness + columns.blockiness) / 2;
  const activity = (rows.activity + columns.activity) / 2;
  const crossings = (rows.crossings + columns.crossings) / 2;
  if (blockiness === 0 || activity === 0 || crossings === 0) return undefined;
  return -245.8909 + 261.9373 * blockiness ** -0.02398886 * activity ** 0.01601664 * crossings ** 0.00642859;
}

function featuresAlong(
  { data }: Gray,
  count: number,
  step: number,
  lines: number,
  across: number,
): { readonly blockiness: number; readonly activity: number; readonly crossings: number } {
  const borders = Math.floor(count / block) - 1;
  let atBorders = 0;
  let all = 0;
  let crossings = 0;
  for (let line = 0; line < lines; line++) {
    let last = 0;
    for (let i = 1; i < count; i++) {
      const at = line * across + i * step;
      const difference = data[at]! - data[at - step]!;
      all += Math.abs(difference);
      if (i % block === 0 && i <= borders * block) atBorders += Math.abs(difference);
      if (difference * last < 0) crossings++;
      last = difference;
    }
  }
  const blockiness = atBorders / (borders * lines);
  const mean = all / ((count - 1) * lines);
  return {
    blockiness,
    activity: (block * mean - blockiness) / (block - 1),
    crossings: crossings / ((count - 2) * lines),
  };
}
