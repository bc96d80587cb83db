/** A blur kernel: `size * size` weights in rows, which sum to 1. `size` is odd. */
export interface Kernel {
  readonly size: number;
  readonly weights: Float64Array;
}

/** Standard deviations along the two axes of a kernel, in pixels, and the angle of the first axis, in radians. */
export interface Shape {
  readonly sigmaX: number;
  readonly sigmaY: number;
  readonly angle: number;
}

/** `exp(-d / 2)`, where d is the squared Mahalanobis distance from the center. */
export function gaussianKernel(size: number, shape: Shape): Kernel {
  return kernelOf(size, shape, (d) => Math.exp(-d / 2));
}

/** A round Gaussian is the product of a column and a row: this row, which sums to 1. */
export function gaussianRow(size: number, sigma: number): Float64Array {
  const middle = ((size - 1) / 2) * size;
  const { weights } = gaussianKernel(size, { sigmaX: sigma, sigmaY: sigma, angle: 0 });
  const row = weights.slice(middle, middle + size);
  const sum = row.reduce((total, weight) => total + weight, 0);
  return row.map((weight) => weight / sum);
}

/** The generalised Gaussian `exp(-(d ^ beta) / 2)` of Real-ESRGAN (Wang et al. 2021): heavy tails below 1, flat above. */
export function generalizedKernel(size: number, shape: Shape, beta: number): Kernel {
  return kernelOf(size, shape, (d) => Math.exp(-(d ** beta) / 2));
}

/** The plateau-shaped kernel `1 / (1 + d ^ beta)` of Real-ESRGAN (Wang et al. 2021). */
export function plateauKernel(size: number, shape: Shape, beta: number): Kernel {
  return kernelOf(size, shape, (d) => 1 / (1 + d ** beta));
}

/**
 * The ideal circular low-pass filter of Real-ESRGAN, cut off at `size`: rings next to edges.
 *
 * @param cutoff in radians per pixel, up to pi
 */
export function sincKernel(size: number, cutoff: number): Kernel {
  const values = new Map<number, number>();
  return normalized(size, (x, y) => {
    const squared = x * x + y * y;
    const known = values.get(squared);
    if (known !== undefined) return known;
    const radius = Math.sqrt(squared);
    const value =
      squared === 0
        ? (cutoff * cutoff) / (4 * Math.PI)
        : (cutoff * besselJ1(cutoff * radius)) / (2 * Math.PI * radius);
    values.set(squared, value);
    return value;
  });
}

/** A kernel of the squared Mahalanobis distance `v' S^-1 v`, with S = R diag(sigmaX^2, sigmaY^2) R'. */
function kernelOf(size: number, { sigmaX, sigmaY, angle }: Shape, of: (distance: number) => number): Kernel {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return normalized(size, (x, y) => {
    const along = (x * cos + y * sin) / sigmaX;
    const across = (y * cos - x * sin) / sigmaY;
    return of(along * along + across * across);
  });
}

function normalized(size: number, of: (x: number, y: number) => number): Kernel {
  const radius = (size - 1) / 2;
  const weights = Float64Array.from({ length: size * size }, (_, i) =>
    of((i % size) - radius, Math.floor(i / size) - radius),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { size, weights: weights.map((weight) => weight / sum) };
}

/**
 * Bessel function of the first kind and order 1, by Bessel's integral. The rule of equal steps is exact to double precision
 * for a periodic function such as this while x is well below the number of steps.
 */
function besselJ1(x: number): number {
  const steps = 160;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const angle = (2 * Math.PI * i) / steps;
    sum += Math.cos(angle - x * Math.sin(angle));
  }
  return sum / steps;
}
