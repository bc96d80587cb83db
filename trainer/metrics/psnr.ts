import { requireSameShape, type Samples } from './samples.ts';

/** Mean of the squared differences of all samples. */
function meanSquaredError(a: Samples, b: Samples): number {
  requireSameShape(a, b);
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = a.data[i]! - b.data[i]!;
    sum += difference * difference;
  }
  return sum / a.data.length;
}

/**
 * Peak signal-to-noise ratio in dB over all samples; `peak` is the largest possible value (1 or 255).
 * Infinity for equal images, unless `epsilon` is added to the error (relative to peak squared).
 */
export function psnr(a: Samples, b: Samples, peak: number, epsilon = 0): number {
  return -10 * Math.log10(meanSquaredError(a, b) / (peak * peak) + epsilon);
}
