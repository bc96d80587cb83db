import { type Complex, inverse2d, transform2d } from './fft.ts';
import type { Gray } from './gray.ts';

/** A displacement of one image against another. */
export interface Shift {
  /** Pixels to the right. */
  readonly x: number;
  /** Pixels down. */
  readonly y: number;
  /** Height of the peak of the correlation: 1 for images that are equal but for the displacement, near 0 for others. */
  readonly peak: number;
}

/** The largest square that is compared; more does not make the result more exact. */
const largestSize = 256;

/** Below it the window leaves too little. */
const smallestSize = 16;

/**
 * The displacement of `moved` against `fixed`, which have one size, by phase correlation (Kuglin and Hines 1975) of the square in
 * their center, with a fraction of a pixel. The phases are weighted with a Gaussian, so that the peak is a Gaussian of one pixel,
 * whose center is that of a parabola through the logarithms of three samples. Undefined for images below 16 pixels a side, and
 * without contrast.
 */
export function findShift(moved: Gray, fixed: Gray): Shift | undefined {
  const side = Math.min(moved.width, moved.height, largestSize);
  if (side < smallestSize) return undefined;
  const size = 2 ** Math.floor(Math.log2(side));
  const a = windowed(moved, size);
  const b = windowed(fixed, size);
  if (a === undefined || b === undefined) return undefined;
  transform2d(a, size);
  transform2d(b, size);
  let total = 0;
  for (let v = 0, i = 0; v < size; v++) {
    for (let u = 0; u < size; u++, i++) {
      const re = a.re[i]! * b.re[i]! + a.im[i]! * b.im[i]!;
      const im = a.im[i]! * b.re[i]! - a.re[i]! * b.im[i]!;
      const magnitude = Math.hypot(re, im);
      const frequency = (Math.min(u, size - u) / size) ** 2 + (Math.min(v, size - v) / size) ** 2;
      const weight = Math.exp(-2 * Math.PI ** 2 * frequency);
      total += weight;
      a.re[i] = magnitude < 1e-9 ? 0 : (weight * re) / magnitude;
      a.im[i] = magnitude < 1e-9 ? 0 : (weight * im) / magnitude;
    }
  }
  inverse2d(a, size);
  let best = 0;
  for (let i = 1; i < a.re.length; i++) if (a.re[i]! > a.re[best]!) best = i;
  const [column, row] = [best % size, Math.floor(best / size)];
  const valueAt = (x: number, y: number) => a.re[((y + size) % size) * size + ((x + size) % size)]!;
  const top = valueAt(column, row);
  return {
    x: signed(column, size) + vertex(valueAt(column - 1, row), top, valueAt(column + 1, row)),
    y: signed(row, size) + vertex(valueAt(column, row - 1), top, valueAt(column, row + 1)),
    peak: (top * size * size) / total,
  };
}

/** The square in the center times Hann's window, without its mean; undefined without contrast. */
function windowed({ width, height, data }: Gray, size: number): Complex | undefined {
  const left = (width - size) >> 1;
  const top = (height - size) >> 1;
  const re = new Float64Array(size * size);
  let sum = 0;
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) sum += re[i] = data[(top + y) * width + left + x]!;
  }
  const mean = sum / re.length;
  const hann = Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  let energy = 0;
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      re[i] = (re[i]! - mean) * hann[x]! * hann[y]!;
      energy += re[i]! ** 2;
    }
  }
  return energy / re.length < 1e-3 ? undefined : { re, im: new Float64Array(size * size) };
}

function signed(index: number, size: number): number {
  return index < size / 2 ? index : index - size;
}

/** Where the parabola through the logarithms of three samples has its vertex: -0.5 to 0.5 of the way to a neighbor. */
function vertex(before: number, top: number, after: number): number {
  if (before <= 0 || after <= 0) return 0;
  const [a, b, c] = [Math.log(before), Math.log(top), Math.log(after)];
  const curvature = a - 2 * b + c;
  return curvature >= 0 ? 0 : Math.min(0.5, Math.max(-0.5, (a - c) / (2 * curvature)));
}
