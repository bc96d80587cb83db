/** Factors by which absolute differences can be amplified. */
export const gains = [1, 2, 4, 8, 16] as const;

/**
 * The amplified difference of two images: `gain` times the absolute difference of each of R, G and B, at most 255.
 * Both are RGBA of the same length.
 */
export function differenceOf(
  a: Uint8ClampedArray,
  b: Uint8ClampedArray,
  gain: number,
): Uint8ClampedArray<ArrayBuffer> {
  const difference = new Uint8ClampedArray(a.length);
  for (let i = 0; i < a.length; i += 4) {
    for (let channel = i; channel < i + 3; channel++) {
      difference[channel] = gain * Math.abs(a[channel]! - b[channel]!);
    }
    difference[i + 3] = 255;
  }
  return difference;
}
