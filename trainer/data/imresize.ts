import type { FloatImage, Image } from './image.ts';
import { cropImage, toByte } from './image.ts';

/**
 * A variant of MATLAB's bicubic `imresize`. They differ in the padding and in whether the result of the first pass is
 * rounded to 8 bits:
 * - `uint8-replicate`: older MATLAB on uint8; the LR images of Set5 and Set14, and the bicubic results in papers;
 * - `uint8-symmetric`: newer MATLAB on uint8;
 * - `double-symmetric`: newer MATLAB on double; only the result is rounded.
 */
export type Convention = 'uint8-replicate' | 'uint8-symmetric' | 'double-symmetric';

type Border = 'replicate' | 'symmetric';

type Source = Uint8Array | Float32Array | Float64Array;

interface Numbers<Data> {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Data;
}

/** For each output sample `taps` (an even number) source indices and their weights, which sum to 1. */
interface Contributions {
  readonly taps: number;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

const cache = new Map<string, Contributions>();

/**
 * MATLAB's `imresize(image, scale, 'bicubic')` on 8-bit samples, bit for bit, with antialiasing when downscaling.
 * Output: `[ceil(height * scale), ceil(width * scale), channels]`.
 */
export function imresize(image: Image, scale: number, convention: Convention): Image {
  const { data, ...shape } = image;
  if (convention === 'double-symmetric') {
    // MATLAB's doubles are 0..1 (im2double). With 0..255 a few halves would round the other way.
    const unit = { ...shape, data: new Float64Array(data.length) };
    for (let i = 0; i < data.length; i++) unit.data[i] = data[i]! / 255;
    return toBytes(resized(unit, scale), 255);
  }
  const border = convention === 'uint8-replicate' ? 'replicate' : 'symmetric';
  const rows = contributions(image.height, scale, border);
  const columns = contributions(image.width, scale, border);
  return toBytes(resizeColumns(toBytes(resizeRows(image, rows), 1), columns), 1);
}

/** A rectangle of an image, in pixels. */
export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A part of `imresize(image, scale, 'uint8-replicate')`, bit for bit, without computing the rest. */
export function imresizePart(image: Image, scale: number, part: Part): Image {
  const rows = slice(contributions(image.height, scale, 'replicate'), part.top, part.height);
  const columns = slice(contributions(image.width, scale, 'replicate'), part.left, part.width);
  const source = cropImage(image, columns.first, rows.first, columns.length, rows.length);
  return toBytes(resizeColumns(toBytes(resizeRows(source, rows), 1), columns), 1);
}

/** The contributions of `count` output samples from `start`, with indices into the `length` source samples from `first`. */
function slice(
  { taps, indices, weights }: Contributions,
  start: number,
  count: number,
): Contributions & { readonly first: number; readonly length: number } {
  const own = indices.subarray(start * taps, (start + count) * taps);
  const first = own.reduce((least, index) => Math.min(least, index), Number.POSITIVE_INFINITY);
  const last = own.reduce((most, index) => Math.max(most, index), 0);
  return {
    taps,
    indices: own.map((index) => index - first),
    weights: weights.subarray(start * taps, (start + count) * taps),
    first,
    length: last - first + 1,
  };
}

/** Rows, then columns, with symmetric border. */
function resized(image: Numbers<Source>, scale: number): Numbers<Float64Array> {
  const rows = contributions(image.height, scale, 'symmetric');
  return resizeColumns(resizeRows(image, rows), contributions(image.width, scale, 'symmetric'));
}

/** `imresize` of the `double-symmetric` convention on floating-point samples, without rounding. */
export function imresizeFloat(image: FloatImage, scale: number): FloatImage {
  const result = resized(image, scale);
  return { ...result, data: Float32Array.from(result.data) };
}

function toBytes(image: Numbers<Float64Array>, factor: number): Image {
  const data = new Uint8Array(image.data.length);
  for (let i = 0; i < data.length; i++) data[i] = toByte(image.data[i]! * factor);
  return { ...image, data };
}

/** Each output row is a weighted sum of source rows. */
function resizeRows(
  image: Numbers<Source>,
  { taps, indices, weights }: Contributions,
): Numbers<Float64Array> {
  const { width, channels, data } = image;
  const height = indices.length / taps;
  const row = width * channels;
  const resized = new Float64Array(height * row);
  for (let y = 0; y < height; y++) {
    const out = resized.subarray(y * row, (y + 1) * row);
    // Two taps at a time for fewer passes; the order of the additions is that of one at a time.
    for (let tap = y * taps; tap < (y + 1) * taps; tap += 2) {
      const weight0 = weights[tap]!;
      const weight1 = weights[tap + 1]!;
      const start0 = indices[tap]! * row;
      const start1 = indices[tap + 1]! * row;
      for (let i = 0; i < row; i++) {
        out[i] = out[i]! + weight0 * data[start0 + i]! + weight1 * data[start1 + i]!;
      }
    }
  }
  return { width, height, channels, data: resized };
}

/** Each output column is a weighted sum of source columns. */
function resizeColumns(
  image: Numbers<Source>,
  { taps, indices, weights }: Contributions,
): Numbers<Float64Array> {
  const { height, channels, data } = image;
  const width = indices.length / taps;
  const resized = new Float64Array(height * width * channels);
  let out = 0;
  for (let y = 0; y < height; y++) {
    const start = y * image.width * channels;
    for (let x = 0; x < width; x++) {
      for (let channel = start; channel < start + channels; channel++) {
        let sum = 0;
        for (let tap = x * taps; tap < (x + 1) * taps; tap++) {
          sum += weights[tap]! * data[channel + indices[tap]! * channels]!;
        }
        resized[out++] = sum;
      }
    }
  }
  return { width, height, channels, data: resized };
}

/** Weights and indices of one direction, cached: they depend on the length, and a dataset has few lengths. */
function contributions(length: number, scale: number, border: Border): Contributions {
  const key = `${length} ${scale} ${border}`;
  const cached = cache.get(key);
  if (cached) return cached;
  if (cache.size >= 64) cache.clear();
  const computed = computeContributions(length, scale, border);
  cache.set(key, computed);
  return computed;
}

function computeContributions(length: number, scale: number, border: Border): Contributions {
  // Antialiasing: downscaling widens the kernel by 1 / scale.
  const stretch = Math.min(scale, 1);
  const kernelWidth = 4 / stretch;
  const width = Math.ceil(kernelWidth) + 2;
  const taps = width + (width % 2);
  const outputs = Math.ceil(length * scale);
  const indices = new Int32Array(outputs * taps);
  const weights = new Float64Array(outputs * taps);
  for (let out = 0; out < outputs; out++) {
    // Positions count from 1, so that they round exactly like MATLAB's.
    const center = (out + 1) / scale + 0.5 * (1 - 1 / scale);
    const left = Math.floor(center - kernelWidth / 2);
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = stretch * bicubic(stretch * (center - left - tap));
      weights[out * taps + tap] = weight;
      indices[out * taps + tap] = padded(left + tap - 1, length, border);
      sum += weight;
    }
    for (let tap = 0; tap < taps; tap++) weights[out * taps + tap] = weights[out * taps + tap]! / sum;
  }
  return { taps, indices, weights };
}

/** Keys' cubic convolution kernel (1981) with a = -0.5. */
function bicubic(x: number): number {
  const distance = Math.abs(x);
  const squared = distance * distance;
  const cubed = squared * distance;
  if (distance <= 1) return 1.5 * cubed - 2.5 * squared + 1;
  if (distance <= 2) return -0.5 * cubed + 2.5 * squared - 4 * distance + 2;
  return 0;
}

/** The index within 0..length-1 of the sample that pads the border at `index`. */
function padded(index: number, length: number, border: Border): number {
  if (border === 'replicate') return Math.min(Math.max(index, 0), length - 1);
  const period = 2 * length;
  const folded = ((index % period) + period) % period;
  return folded < length ? folded : period - 1 - folded;
}
