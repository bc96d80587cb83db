import type { FloatImage } from '../image.ts';
import type { Kernel } from './kernels.ts';

/** Sum of the weights that may be left out: less than a tenth of a level of 8 bits. */
const negligible = 3e-4;

/** A weight of a kernel, at an offset from its center. */
interface Tap {
  readonly y: number;
  readonly x: number;
  readonly weight: number;
}

/**
 * Convolves each channel with a kernel that is its own mirror image. Borders are reflected without repeating the last pixel,
 * as in Real-ESRGAN.
 */
export function filter(image: FloatImage, kernel: Kernel): FloatImage {
  return applyTaps(image, tapsOf(kernel), (kernel.size - 1) / 2);
}

/** `filter` with the product of a column and a row of the same weights, which sum to 1. */
export function filterSeparably(image: FloatImage, weights: Float64Array): FloatImage {
  const radius = (weights.length - 1) / 2;
  const row = Array.from(weights, (weight, i) => ({ y: 0, x: i - radius, weight }));
  const column = row.map(({ x, weight }) => ({ y: x, x: 0, weight }));
  return applyTaps(applyTaps(image, row, radius), column, radius);
}

/** The weights of a kernel without negligible ones, scaled so that they still sum to 1. */
function tapsOf({ size, weights }: Kernel): Tap[] {
  const radius = (size - 1) / 2;
  const smallest = smallestKept(weights);
  const taps = Array.from(weights, (weight, i) => ({
    y: Math.floor(i / size) - radius,
    x: (i % size) - radius,
    weight,
  })).filter(({ weight }) => Math.abs(weight) >= smallest);
  const sum = taps.reduce((total, { weight }) => total + weight, 0);
  return taps.map((tap) => ({ ...tap, weight: tap.weight / sum }));
}

function smallestKept(weights: Float64Array): number {
  const sizes = weights.map(Math.abs).sort();
  let sum = 0;
  return (
    sizes.find((size) => {
      sum += size;
      return sum > negligible;
    }) ?? 0
  );
}

function applyTaps(image: FloatImage, taps: readonly Tap[], radius: number): FloatImage {
  const { width, height, channels } = image;
  const padded = reflected(image, radius);
  const paddedRow = (width + 2 * radius) * channels;
  const row = width * channels;
  // Zeros fill up the last eight.
  const count = Math.ceil(taps.length / 8) * 8;
  const weights = new Float64Array(count);
  const places = new Int32Array(count);
  for (const [i, { y, x, weight }] of taps.entries()) {
    weights[i] = weight;
    places[i] = (y + radius) * paddedRow + (x + radius) * channels;
  }
  const data = new Float32Array(height * row);
  for (let y = 0; y < height; y++) {
    const out = y * row;
    const top = y * paddedRow;
    // Eight weights at a time: this loop is most of the work of a degradation.
    for (let tap = 0; tap < count; tap += 8) {
      const [a, b, c, d] = [weights[tap]!, weights[tap + 1]!, weights[tap + 2]!, weights[tap + 3]!];
      const [e, f, g, h] = [weights[tap + 4]!, weights[tap + 5]!, weights[tap + 6]!, weights[tap + 7]!];
      const [atA, atB, atC, atD] = [places[tap]!, places[tap + 1]!, places[tap + 2]!, places[tap + 3]!];
      const [atE, atF, atG, atH] = [places[tap + 4]!, places[tap + 5]!, places[tap + 6]!, places[tap + 7]!];
      for (let i = top, to = out; i < top + row; i++, to++) {
        data[to]! +=
          a * padded[i + atA]! +
          b * padded[i + atB]! +
          c * padded[i + atC]! +
          d * padded[i + atD]! +
          (e * padded[i + atE]! + f * padded[i + atF]! + g * padded[i + atG]! + h * padded[i + atH]!);
      }
    }
  }
  return { width, height, channels, data };
}

/** The samples with `radius` more pixels on each side. */
function reflected({ width, height, channels, data }: FloatImage, radius: number): Float32Array {
  const row = width * channels;
  const paddedRow = row + 2 * radius * channels;
  const padded = new Float32Array(paddedRow * (height + 2 * radius));
  for (let y = -radius, out = 0; y < height + radius; y++, out += paddedRow) {
    const from = reflect(y, height) * row;
    padded.set(data.subarray(from, from + row), out + radius * channels);
    for (let x = 0; x < radius; x++) {
      const left = from + reflect(x - radius, width) * channels;
      const right = from + reflect(width + x, width) * channels;
      for (let channel = 0; channel < channels; channel++) {
        padded[out + x * channels + channel] = data[left + channel]!;
        padded[out + (radius + width + x) * channels + channel] = data[right + channel]!;
      }
    }
  }
  return padded;
}

/** The index within 0..length-1 that `index` is the mirror image of, at the centers of the first and the last sample. */
function reflect(index: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - folded;
}
