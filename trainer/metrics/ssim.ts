import { requireSameShape, type Samples } from './samples.ts';

/** Side of the Gaussian window. */
export const windowSize = 11;
const half = (windowSize - 1) / 2;
const gaussian = gaussianWindow(1.5);

/**
 * Structural similarity (Wang et al. 2004): Gaussian window of 11x11 with sigma 1.5, K1 0.01, K2 0.03, inside the
 * image; the mean over positions and channels. `peak` is the largest possible value (1 or 255). Throws a RangeError for
 * images smaller than 11x11.
 */
export function ssim(a: Samples, b: Samples, peak: number): number {
  requireSameShape(a, b);
  if (a.width < windowSize || a.height < windowSize) {
    throw new RangeError(
      `SSIM needs at least ${windowSize}x${windowSize} pixels, not ${a.width}x${a.height}`,
    );
  }
  let sum = 0;
  for (let channel = 0; channel < a.channels; channel++) sum += channelSsim(a, b, peak, channel);
  return sum / a.channels;
}

/**
 * SSIM as the Python package piq computes it by default: both images are first downscaled by averaging blocks of
 * `round(shorter side / 256)` pixels, if that exceeds 1. It is higher than `ssim` for large images.
 */
export function downscaledSsim(a: Samples, b: Samples, peak: number): number {
  const block = roundHalfToEven(Math.min(a.width, a.height) / 256);
  return block > 1 ? ssim(averageBlocks(a, block), averageBlocks(b, block), peak) : ssim(a, b, peak);
}

/**
 * Needs four windowed means at each position: of a, b, a² + b² and ab. A ring holds the last 11 rows, filtered
 * horizontally; their weighted sum is a row of the result. No plane is ever stored.
 */
function channelSsim(a: Samples, b: Samples, peak: number, channel: number): number {
  const { width, height, channels } = a;
  const c1 = (0.01 * peak) ** 2;
  const c2 = (0.03 * peak) ** 2;
  const across = width - windowSize + 1;
  const lines = { a: line(width), b: line(width), squares: line(width), product: line(width) };
  const rings = { a: ring(across), b: ring(across), squares: ring(across), product: ring(across) };
  const means = { a: line(across), b: line(across), squares: line(across), product: line(across) };
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = y * width * channels + channel; x < width; x++, at += channels) {
      const p = a.data[at]!;
      const q = b.data[at]!;
      lines.a[x] = p;
      lines.b[x] = q;
      lines.squares[x] = p * p + q * q;
      lines.product[x] = p * q;
    }
    const slot = y % windowSize;
    filterRow(lines.a, rings.a[slot]!);
    filterRow(lines.b, rings.b[slot]!);
    filterRow(lines.squares, rings.squares[slot]!);
    filterRow(lines.product, rings.product[slot]!);
    if (y < windowSize - 1) continue;
    filterColumns(rings.a, y, means.a);
    filterColumns(rings.b, y, means.b);
    filterColumns(rings.squares, y, means.squares);
    filterColumns(rings.product, y, means.product);
    for (let x = 0; x < across; x++) {
      const meanA = means.a[x]!;
      const meanB = means.b[x]!;
      const product = meanA * meanB;
      const squares = meanA * meanA + meanB * meanB;
      const luminance = (2 * product + c1) / (squares + c1);
      sum += (luminance * (2 * (means.product[x]! - product) + c2)) / (means.squares[x]! - squares + c2);
    }
  }
  return sum / (across * (height - windowSize + 1));
}

function filterRow(row: Float64Array, out: Float64Array): void {
  const [g0, g1, g2, g3, g4, g5] = gaussian;
  for (let x = 0; x < out.length; x++) {
    out[x] =
      g0 * row[x + 5]! +
      g1 * (row[x + 4]! + row[x + 6]!) +
      g2 * (row[x + 3]! + row[x + 7]!) +
      g3 * (row[x + 2]! + row[x + 8]!) +
      g4 * (row[x + 1]! + row[x + 9]!) +
      g5 * (row[x]! + row[x + 10]!);
  }
}

/** Filters vertically; row `newest` is the last row of the window. */
function filterColumns(rows: Float64Array[], newest: number, out: Float64Array): void {
  const center = newest - half;
  const middle = rows[center % windowSize]!;
  for (let x = 0; x < out.length; x++) out[x] = gaussian[0] * middle[x]!;
  for (let distance = 1; distance <= half; distance++) {
    const above = rows[(center - distance) % windowSize]!;
    const below = rows[(center + distance) % windowSize]!;
    const weight = gaussian[distance]!;
    for (let x = 0; x < out.length; x++) out[x] = out[x]! + weight * (above[x]! + below[x]!);
  }
}

/** Weights of the Gaussian at distances 0 to 5 from its center; the whole window sums to 1. */
function gaussianWindow(sigma: number): [number, number, number, number, number, number] {
  const at = (distance: number) => Math.exp(-(distance * distance) / (2 * sigma * sigma));
  const sum = at(0) + 2 * (at(1) + at(2) + at(3) + at(4) + at(5));
  return [at(0) / sum, at(1) / sum, at(2) / sum, at(3) / sum, at(4) / sum, at(5) / sum];
}

/** Averages of blocks of `size` x `size` pixels; incomplete blocks at the right and bottom are dropped. */
function averageBlocks(image: Samples, size: number): Samples {
  const { channels } = image;
  const width = Math.floor(image.width / size);
  const height = Math.floor(image.height / size);
  const data = new Float64Array(width * height * channels);
  for (let y = 0; y < height * size; y++) {
    for (let x = 0; x < width * size; x++) {
      const from = (y * image.width + x) * channels;
      const to = (Math.floor(y / size) * width + Math.floor(x / size)) * channels;
      for (let channel = 0; channel < channels; channel++) {
        data[to + channel] = data[to + channel]! + image.data[from + channel]! / (size * size);
      }
    }
  }
  return { width, height, channels, data };
}

/** Python's `round`, which piq uses. */
function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

function line(length: number): Float64Array {
  return new Float64Array(length);
}

function ring(length: number): Float64Array[] {
  return Array.from({ length: windowSize }, () => line(length));
}
