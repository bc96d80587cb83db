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
  // Loops: `from` with a function takes ten times as long.
  const levels = new Uint8Array(samples.length);
  const isUsed = new Uint8Array(256);
  for (let i = 0; i < levels.length; i++) {
    levels[i] = toByte(samples[i]! * 255);
    isUsed[levels[i]!] = 1;
  }
  const used = isUsed.reduce((sum, each) => sum + each, 0);
  const events = 2 ** Math.ceil(Math.log2(used));
  const distributions = Array.from(isUsed, (each, level) =>
    each === 1 ? poisson((level / 255) * events) : undefined,
  );
  const values = new Float32Array(levels.length);
  for (let i = 0; i < levels.length; i++) {
    const level = levels[i]!;
    values[i] = scale * (drawCount(distributions[level]!, random) / events - level / 255);
  }
  return values;
}

/** Probabilities of the counts from `first` on, summed up; the last sum is 1. */
interface Distribution {
  readonly first: number;
  readonly sums: Float64Array;
  /** The place in `sums` at which the search for a number starts, by its first bits. */
  readonly starts: Uint16Array;
}

/** Parts of 0..1 with a start each. */
const parts = 64;

/** The logarithms of 0!, 1!, ...: more than the mean can reach, which is at most 256. */
const logFactorials = new Float64Array(512);
for (let k = 1; k < logFactorials.length; k++) logFactorials[k] = logFactorials[k - 1]! + Math.log(k);

/** A Poisson distribution, but for counts whose probabilities together are below the resolution of a random number. */
function poisson(mean: number): Distribution {
  const spread = 8 * Math.sqrt(mean);
  const first = Math.max(0, Math.floor(mean - spread));
  const last = Math.ceil(mean + spread) + 20;
  const sums = new Float64Array(last - first + 1);
  let probability = Math.exp((first === 0 ? 0 : first * Math.log(mean)) - mean - logFactorials[first]!);
  let sum = 0;
  for (let i = 0; i < sums.length; i++) {
    sum += probability;
    sums[i] = sum;
    probability *= mean / (first + i + 1);
  }
  sums[sums.length - 1] = 1;
  const starts = new Uint16Array(parts);
  for (let part = 0, i = 0; part < parts; part++) {
    while (sums[i]! <= part / parts) i++;
    starts[part] = i;
  }
  return { first, sums, starts };
}

/** A count, by inversion of the distribution function. */
function drawCount({ first, sums, starts }: Distribution, random: Random): number {
  const number = random.next();
  let i = starts[Math.floor(number * parts)]!;
  while (sums[i]! <= number) i++;
  return first + i;
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
