import type { FloatImage } from '../image.ts';
import type { Kernel } from './kernels.ts';

/** Sum of the weights that may be left out: less than a tenth of a level of 8 bits. */
const negligible = 3e-4;

/** Weights next to one another in a row of a kernel; zeros fill up a multiple of four. */
interface Row {
  /** Offsets from the center. */
  readonly y: number;
  readonly x: number;
  readonly weights: Float64Array;
}

/**
 * Convolves each channel with a kernel that is its own mirror image. Borders are reflected without repeating the last pixel,
 * as in Real-ESRGAN.
 */
export function filter(image: FloatImage, kernel: Kernel): FloatImage {
  return applyRows(image, rowsOf(kernel), (kernel.size - 1) / 2);
}

/** `filter` with the product of a column and a row of the same weights, which sum to 1. */
export function filterSeparably(image: FloatImage, weights: Float64Array): FloatImage {
  const radius = (weights.length - 1) / 2;
  const across = applyRows(image, [{ y: 0, x: -radius, weights: inFours(weights) }], radius);
  const down = Array.from(weights, (weight, i) => ({ y: i - radius, x: 0, weights: inFours([weight]) }));
  return applyRows(across, down, radius);
}

/** The rows of a kernel without negligible weights at their ends, scaled so that they still sum to 1. */
function rowsOf({ size, weights }: Kernel): Row[] {
  const radius = (size - 1) / 2;
  const smallest = smallestKept(weights);
  const rows: Row[] = [];
  for (let y = 0; y < size; y++) {
    const row = weights.subarray(y * size, (y + 1) * size);
    const first = row.findIndex((weight) => Math.abs(weight) >= smallest);
    if (first < 0) continue;
    const last = row.findLastIndex((weight) => Math.abs(weight) >= smallest);
    rows.push({ y: y - radius, x: first - radius, weights: inFours(row.subarray(first, last + 1)) });
  }
  const sum = rows.reduce((total, row) => row.weights.reduce((each, weight) => each + weight, total), 0);
  return rows.map((row) => ({ ...row, weights: row.weights.map((weight) => weight / sum) }));
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

function inFours(weights: ArrayLike<number>): Float64Array {
  const padded = new Float64Array(Math.ceil(weights.length / 4) * 4);
  padded.set(weights);
  return padded;
}

function applyRows(image: FloatImage, rows: readonly Row[], radius: number): FloatImage {
  const { width, height, channels } = image;
  const padded = reflected(image, radius);
  const paddedRow = (width + 2 * radius) * channels;
  const row = width * channels;
  const data = new Float32Array(height * row);
  for (let top = 0; top < height; top++) {
    const out = top * row;
    for (const { y, x, weights } of rows) {
      let from = (top + y + radius) * paddedRow + (x + radius) * channels;
      // Four weights at a time: this loop is most of the work of a degradation.
      for (let tap = 0; tap < weights.length; tap += 4, from += 4 * channels) {
        const [a, b, c, d] = [weights[tap]!, weights[tap + 1]!, weights[tap + 2]!, weights[tap + 3]!];
        const second = from + channels;
        const third = second + channels;
        const fourth = third + channels;
        for (let i = 0; i < row; i++) {
          data[out + i]! +=
            a * padded[from + i]! +
            b * padded[second + i]! +
            c * padded[third + i]! +
            d * padded[fourth + i]!;
        }
      }
    }
  }
  return { width, height, channels, data };
}

/** The samples with `radius` more pixels on each side, and room for the zeros after the last row of weights. */
function reflected({ width, height, channels, data }: FloatImage, radius: number): Float32Array {
  const paddedWidth = width + 2 * radius;
  const padded = new Float32Array((paddedWidth * (height + 2 * radius) + 4) * channels);
  const columns = Int32Array.from({ length: paddedWidth }, (_, x) => reflect(x - radius, width) * channels);
  let out = 0;
  for (let y = -radius; y < height + radius; y++) {
    const row = reflect(y, height) * width * channels;
    for (const column of columns) {
      for (let channel = 0; channel < channels; channel++) padded[out++] = data[row + column + channel]!;
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
