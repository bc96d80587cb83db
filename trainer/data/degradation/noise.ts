import type { NoiseOperation } from '../../config/resolved.ts';
import { fullRangeGray } from '../../metrics/luma.ts';
import type { FloatImage } from '../image.ts';
import { toByte } from '../image.ts';
import type { Random } from '../random.ts';
import { drawKey, drawNumber } from './draw.ts';
import type { Context, Step } from './operation.ts';

/** Adds Gaussian or Poisson noise, of all channels together (gray) or of each; clamped to 0..1, as in Real-ESRGAN. */
export function noise(image: FloatImage, operation: NoiseOperation, { random }: Context): Step {
  const kind = drawKey(operation, ['gaussian', 'poisson'], random);
  const isGray = random.chance(operation.gray);
  const channels = isGray ? 'gray' : 'color';
  if (kind === 'gaussian') {
    const sigma = drawNumber(operation.sigma, random);
    const count = image.width * image.height * (isGray ? 1 : image.channels);
    return {
      image: added(image, gaussianNoise(count, sigma / 255, random)),
      drawn: { kind, sigma, channels },
    };
  }
  const scale = drawNumber(operation.scale, random);
  const source = isGray ? fullRangeGray(image) : image;
  return { image: added(image, poissonNoise(source.data, scale, random)), drawn: { kind, scale, channels } };
}

/** Independent normal numbers, by the transform of Box and Muller. */
export function gaussianNoise(count: number, sigma: number, random: Random): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = sigma * Math.sqrt(-2 * Math.log(1 - random.next()));
    const angle = 2 * Math.PI * random.next();
    values[i] = radius * Math.cos(angle);
    if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/**
 * Poisson noise of samples of 0..1, times `scale`. The samples are rounded to 8 bits; the largest one counts as many events as
 * there are different ones, rounded up to a power of two, as in Real-ESRGAN.
 */
export function poissonNoise(samples: ArrayLike<number>, scale: number, random: Random): Float32Array {
  const levels = Uint8Array.from(samples, (sample) => toByte(sample * 255));
  const events = 2 ** Math.ceil(Math.log2(new Set(levels).size));
  return Float32Array.from(levels, (level) => {
    const mean = (level / 255) * events;
    return (scale * (drawPoisson(mean, random) - mean)) / events;
  });
}

/** The logarithms of 0!, 1!, ...: more than the mean can reach, which is at most 256. */
const logFactorials = new Float64Array(1024);
for (let k = 1; k < logFactorials.length; k++) logFactorials[k] = logFactorials[k - 1]! + Math.log(k);

/** A Poisson number: by multiplication for small means (Knuth), else by transformed rejection (PTRS, Hörmann 1993). */
function drawPoisson(mean: number, random: Random): number {
  if (mean < 10) {
    const limit = Math.exp(-mean);
    let product = random.next();
    let count = 0;
    for (; product > limit; count++) product *= random.next();
    return count;
  }
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const logInverseAlpha = Math.log(1.1239 + 1.1328 / (b - 3.4));
  const quick = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = random.next() - 0.5;
    const v = random.next();
    const edge = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= quick) return k;
    if (k < 0 || k >= logFactorials.length || (edge < 0.013 && v > edge)) continue;
    const accepted = Math.log(v) + logInverseAlpha - Math.log(a / (edge * edge) + b);
    if (accepted <= k * Math.log(mean) - mean - logFactorials[k]!) return k;
  }
}

/** The image plus noise of each sample or, if there is less, of each pixel; clamped to 0..1. */
function added({ width, height, channels, data }: FloatImage, values: Float32Array): FloatImage {
  const perSample = data.length / values.length;
  const sums = new Float32Array(data.length);
  for (let i = 0, at = 0; at < values.length; at++) {
    for (let channel = 0; channel < perSample; channel++, i++)
      sums[i] = Math.min(Math.max(data[i]! + values[at]!, 0), 1);
  }
  return { width, height, channels, data: sums };
}
