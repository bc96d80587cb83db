import type { ResizeMode } from '../../config/resolved.ts';
import type { FloatImage } from '../image.ts';

/** For each output sample `taps` source indices and their weights, which sum to 1. */
interface Contributions {
  readonly taps: number;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** How a mode weighs the samples around a place. With antialiasing, those outside of the image do not count, as in Pillow. */
interface Interpolation {
  /** Largest distance of a sample that counts, in samples of the source. */
  readonly radius: number;
  readonly weight: (distance: number) => number;
  /** Whether shrinking widens the kernel, so that no detail turns into false patterns. */
  readonly isAntialiased: boolean;
}

/** `area` and `nearest` are not sums over a kernel: see `contributions`. */
const interpolations: Readonly<Record<Exclude<ResizeMode, 'area' | 'nearest'>, Interpolation>> = {
  bilinear: { radius: 1, weight: (x) => Math.max(0, 1 - x), isAntialiased: false },
  bicubic: { radius: 2, weight: (x) => cubic(x, -0.75), isAntialiased: false },
  triangle: { radius: 1, weight: (x) => Math.max(0, 1 - x), isAntialiased: true },
  matlab: { radius: 2, weight: (x) => cubic(x, -0.5), isAntialiased: true },
  lanczos: { radius: 3, weight: lanczos3, isAntialiased: true },
};

/**
 * Resizes an image. Bilinear and bicubic (a = -0.75) are those of PyTorch and OpenCV, without antialiasing; `triangle` is
 * Pillow's bilinear and Lanczos (3 lobes) that of Pillow and libvips, and `matlab` the bicubic `imresize` (a = -0.5), with
 * antialiasing. `area` is the mean
 * of the covered area. Without antialiasing, borders repeat the last pixel.
 */
export function resizeImage(image: FloatImage, width: number, height: number, mode: ResizeMode): FloatImage {
  if (width === image.width && height === image.height) return image;
  return resizeColumns(resizeRows(image, height, mode), width, mode);
}

function resizeRows(image: FloatImage, height: number, mode: ResizeMode): FloatImage {
  const { width, channels } = image;
  const { taps, indices, weights } = contributions(image.height, height, mode);
  const row = width * channels;
  const data = new Float32Array(height * row);
  for (let y = 0; y < height; y++) {
    for (let tap = y * taps; tap < (y + 1) * taps; tap++) {
      const weight = weights[tap]!;
      const from = indices[tap]! * row;
      for (let i = 0; i < row; i++) data[y * row + i]! += weight * image.data[from + i]!;
    }
  }
  return { width, height, channels, data };
}

function resizeColumns(image: FloatImage, width: number, mode: ResizeMode): FloatImage {
  const { height, channels } = image;
  const { taps, indices, weights } = contributions(image.width, width, mode);
  const data = new Float32Array(height * width * channels);
  let out = 0;
  for (let y = 0; y < height; y++) {
    const row = y * image.width * channels;
    for (let x = 0; x < width; x++) {
      for (let channel = row; channel < row + channels; channel++) {
        let sum = 0;
        for (let tap = x * taps; tap < (x + 1) * taps; tap++)
          sum += weights[tap]! * image.data[channel + indices[tap]! * channels]!;
        data[out++] = sum;
      }
    }
  }
  return { width, height, channels, data };
}

function contributions(from: number, to: number, mode: ResizeMode): Contributions {
  const step = from / to;
  if (mode === 'nearest') {
    const indices = Int32Array.from({ length: to }, (_, i) => Math.floor((i + 0.5) * step));
    return { taps: 1, indices, weights: new Float64Array(to).fill(1) };
  }
  if (mode === 'area') {
    return collect(
      from,
      to,
      Math.ceil(step) + 1,
      (i) => Math.floor(i * step),
      (i, source) => Math.max(0, Math.min(source + 1, (i + 1) * step) - Math.max(source, i * step)),
    );
  }
  const { radius, weight, isAntialiased } = interpolations[mode];
  const stretch = isAntialiased ? Math.max(step, 1) : 1;
  const center = (i: number) => (i + 0.5) * step - 0.5;
  return collect(
    from,
    to,
    Math.ceil(2 * radius * stretch) + 1,
    (i) => Math.ceil(center(i) - radius * stretch),
    (i, source) =>
      isAntialiased && (source < 0 || source >= from) ? 0 : weight(Math.abs(source - center(i)) / stretch),
  );
}

/** The weights of `taps` samples from `first(i)` on for each output sample i, scaled so that they sum to 1. */
function collect(
  from: number,
  to: number,
  taps: number,
  first: (i: number) => number,
  weightOf: (i: number, source: number) => number,
): Contributions {
  const indices = new Int32Array(to * taps);
  const weights = new Float64Array(to * taps);
  for (let i = 0; i < to; i++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const source = first(i) + tap;
      const weight = weightOf(i, source);
      indices[i * taps + tap] = Math.min(Math.max(source, 0), from - 1);
      weights[i * taps + tap] = weight;
      sum += weight;
    }
    for (let tap = i * taps; tap < (i + 1) * taps; tap++) weights[tap]! /= sum;
  }
  return { taps, indices, weights };
}

/** Keys' cubic convolution kernel (1981). */
function cubic(x: number, a: number): number {
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
}

function lanczos3(x: number): number {
  if (x === 0) return 1;
  if (x >= 3) return 0;
  const angle = Math.PI * x;
  return (3 * Math.sin(angle) * Math.sin(angle / 3)) / (angle * angle);
}
