import type { Samples } from './samples.ts';

/**
 * Luma as in MATLAB's `rgb2ycbcr`: ITU-R BT.601, studio range, 16 for black and 235 for white. RGB or gray
 * `[h, w, 3 | 1]` in 0..255 to `[h, w, 1]`, not rounded.
 */
export function studioLuma(image: Samples): Samples {
  return weightedSum(image, 65.481 / 255, 128.553 / 255, 24.966 / 255, 16);
}

/** `studioLuma` rounded to whole numbers, as MATLAB does for a uint8 image. */
export function roundedStudioLuma(image: Samples): Samples {
  const luma = studioLuma(image);
  for (let i = 0; i < luma.data.length; i++) luma.data[i] = Math.floor(luma.data[i]! + 0.5);
  return luma;
}

/**
 * Gray with BT.601's weights .299, .587 and .114 in full range: RGB or gray `[h, w, 3 | 1]` to `[h, w, 1]` of
 * the same range, not rounded.
 */
export function fullRangeGray(image: Samples): Samples {
  return weightedSum(image, 0.299, 0.587, 0.114, 0);
}

function weightedSum(image: Samples, red: number, green: number, blue: number, offset: number): Samples {
  const { width, height, channels, data } = image;
  const sums = new Float64Array(width * height);
  const toGreen = channels === 3 ? 1 : 0;
  const toBlue = channels === 3 ? 2 : 0;
  for (let i = 0, at = 0; i < sums.length; i++, at += channels) {
    sums[i] = offset + red * data[at]! + green * data[at + toGreen]! + blue * data[at + toBlue]!;
  }
  return { width, height, channels: 1, data: sums };
}
