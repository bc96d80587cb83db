import { imresizeFloat } from '../data/imresize.ts';
import type { Samples } from '../metrics/samples.ts';

/** A multivariate Gaussian of the features of natural images. */
export interface NiqeModel {
  /** `[36]` */
  readonly mean: ArrayLike<number>;
  /** `[36, 36]`, positive definite. */
  readonly covariance: ArrayLike<number>;
}

/** Number of features of a block: 18 at each of two scales. */
export const niqeFeatures = 36;

/** Side of a block at the first scale; blocks do not overlap. */
export const niqeBlock = 96;

/**
 * Natural image quality evaluator (Mittal, Soundararajan and Bovik 2013, https://doi.org/10.1109/LSP.2012.2227726): the
 * distance between the features of an image's blocks and those of natural images (equation 10), without an original; 0 and
 * above, lower is better. As in the authors' MATLAB program, all blocks count, and the second scale is made by `imresize`.
 *
 * @param luma whole numbers in 0..255, `[h, w, 1]`; what remains at the right and the bottom of whole blocks is not used
 * @returns undefined if fewer than two blocks have features: the image is too small, or flat
 */
export function niqe(luma: Samples, { mean, covariance }: NiqeModel): number | undefined {
  const across = Math.floor(luma.width / niqeBlock);
  const down = Math.floor(luma.height / niqeBlock);
  const whole = wholeBlocks(luma, across * niqeBlock, down * niqeBlock);
  const halved = imresizeFloat({ ...whole, data: Float32Array.from(whole.data) }, 0.5);
  const scales = [
    { normalized: normalize(whole), side: niqeBlock },
    { normalized: normalize(halved), side: niqeBlock / 2 },
  ];
  const blocks: number[][] = [];
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      blocks.push(
        scales.flatMap(({ normalized, side }) =>
          featuresOf(cutBlock(normalized, column * side, row * side, side), side),
        ),
      );
    }
  }
  const complete = blocks.filter((features) => features.every((value) => !Number.isNaN(value)));
  if (complete.length < 2) return undefined;
  const ofImage = gaussianOf(blocks, complete);
  const difference = ofImage.mean.map((value, i) => mean[i]! - value);
  const pooled = ofImage.covariance.map((value, i) => (covariance[i]! + value) / 2);
  return Math.sqrt(squaredLength(pooled, difference));
}

/** A plane of samples in double precision, `[h, w]`. */
interface Plane {
  readonly width: number;
  readonly height: number;
  readonly data: Float64Array;
}

function wholeBlocks({ data, width: stride }: Samples, width: number, height: number) {
  const cut = new Float64Array(width * height);
  for (let y = 0; y < height; y++) cut.set(data.subarray(y * stride, y * stride + width), y * width);
  return { width, height, channels: 1, data: cut } satisfies Samples;
}

/** Distance from the center of the Gaussian window to its edge: it has 7x7 places, with a deviation of 7/6. */
const reach = 3;
const window = gaussianWindow();

function gaussianWindow(): number[] {
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / 2 / (7 / 6) ** 2),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Smaller differences to the local mean are errors of rounding: the image is flat there. */
const flat = 1e-9;

/** Subtracts the local mean and divides by the local deviation plus one (equation 1). The edge is repeated outwards. */
function normalize({ width, height, data }: Samples): Plane {
  const values = Float64Array.from(data);
  const means = blur({ width, height, data: values });
  const squares = blur({ width, height, data: values.map((value) => value * value) });
  const normalized = values.map((value, i) => {
    const mean = means[i]!;
    const difference = Math.abs(value - mean) < flat ? 0 : value - mean;
    return difference / (Math.sqrt(Math.abs(squares[i]! - mean * mean)) + 1);
  });
  return { width, height, data: normalized };
}

function blur({ width, height, data }: Plane): Float64Array {
  const rows = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let k = -reach; k <= reach; k++) {
        sum += window[k + reach]! * data[y * width + Math.min(Math.max(x + k, 0), width - 1)]!;
      }
      rows[y * width + x] = sum;
    }
  }
  const blurred = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let k = -reach; k <= reach; k++) {
      const start = Math.min(Math.max(y + k, 0), height - 1) * width;
      const weight = window[k + reach]!;
      for (let x = 0; x < width; x++)
        blurred[y * width + x] = blurred[y * width + x]! + weight * rows[start + x]!;
    }
  }
  return blurred;
}

/** A block `[side, side]`. */
function cutBlock({ width, data }: Plane, left: number, top: number, side: number): Float64Array {
  const block = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    const start = (top + y) * width + left;
    block.set(data.subarray(start, start + side), y * side);
  }
  return block;
}

/** Rows and columns from a sample to its neighbor: horizontal, vertical and both diagonals. */
const neighbors = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

/** The 18 features of a block: of its samples, and of the products of neighbors, whose rows and columns are cyclic. */
function featuresOf(block: Float64Array, side: number): number[] {
  const { shape, left, right } = fitAggd(block);
  const products = new Float64Array(block.length);
  return [
    shape,
    (left + right) / 2,
    ...neighbors.flatMap(([down, across]) => {
      for (let y = 0; y < side; y++) {
        const above = ((y - down + side) % side) * side;
        for (let x = 0; x < side; x++) {
          const at = y * side + x;
          products[at] = block[at]! * block[above + ((x - across + side) % side)]!;
        }
      }
      const fit = fitAggd(products);
      const mean = (fit.right - fit.left) * (gamma(2 / fit.shape) / gamma(1 / fit.shape));
      return [fit.shape, mean, fit.left, fit.right];
    }),
  ];
}

/** An asymmetric generalized Gaussian: its shape, and its scale on either side of 0. */
interface Aggd {
  readonly shape: number;
  readonly left: number;
  readonly right: number;
}

/** A shape, and the ratio of squared mean and variance of the symmetric distribution. */
interface Candidate {
  readonly shape: number;
  readonly ratio: number;
}

let candidates: readonly Candidate[] | undefined;

/** The shapes that are tried, by rising ratio. */
function allCandidates(): readonly Candidate[] {
  candidates ??= Array.from({ length: 9801 }, (_, i) => {
    const shape = 0.2 + i / 1000;
    return { shape, ratio: gamma(2 / shape) ** 2 / (gamma(1 / shape) * gamma(3 / shape)) };
  });
  return candidates;
}

/**
 * Fits by moments (Lasmar, Stitou and Berthoumieu 2009). If one side of 0 has no samples, its scale is NaN and the shape the
 * first, as in MATLAB.
 */
function fitAggd(values: Float64Array): Aggd {
  let [negatives, positives, absolute, negativeSquares, positiveSquares] = [0, 0, 0, 0, 0];
  for (const value of values) {
    absolute += Math.abs(value);
    if (value < 0) {
      negatives += 1;
      negativeSquares += value * value;
    } else if (value > 0) {
      positives += 1;
      positiveSquares += value * value;
    }
  }
  const leftDeviation = Math.sqrt(negativeSquares / negatives);
  const rightDeviation = Math.sqrt(positiveSquares / positives);
  const skew = leftDeviation / rightDeviation;
  const { length } = values;
  const ratio = (absolute / length) ** 2 / ((negativeSquares + positiveSquares) / length);
  const symmetric = (ratio * (skew ** 3 + 1) * (skew + 1)) / (skew ** 2 + 1) ** 2;
  const shape = shapeOf(symmetric);
  const scale = Math.sqrt(gamma(1 / shape) / gamma(3 / shape));
  return { shape, left: leftDeviation * scale, right: rightDeviation * scale };
}

/** The shape whose ratio is nearest; the first for NaN. */
function shapeOf(ratio: number): number {
  const shapes = allCandidates();
  let low = 0;
  let high = shapes.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (shapes[middle]!.ratio > ratio || Number.isNaN(ratio)) high = middle;
    else low = middle;
  }
  const [below, above] = [shapes[low]!, shapes[high]!];
  return ratio - below.ratio > above.ratio - ratio ? above.shape : below.shape;
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** The gamma function for x > 0, to about 15 digits (Lanczos 1964, with Godfrey's coefficients for g = 7). */
function gamma(x: number): number {
  if (x < 0.5) return Math.PI / (Math.sin(Math.PI * x) * gamma(1 - x));
  const [first = 0, ...others] = lanczos;
  const series = others.reduce((sum, coefficient, i) => sum + coefficient / (x + i), first);
  const t = x + 6.5;
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * series;
}

/** Mean of each feature over the blocks that have it; covariance, with n - 1, over the blocks that have all. */
function gaussianOf(
  blocks: readonly number[][],
  complete: readonly number[][],
): { readonly mean: number[]; readonly covariance: Float64Array } {
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const column = (rows: readonly number[][], i: number) =>
    rows.map((row) => row[i]!).filter((value) => !Number.isNaN(value));
  const features = Array.from({ length: niqeFeatures }, (_, i) => i);
  const centers = features.map((i) => average(column(complete, i)));
  const covariance = new Float64Array(niqeFeatures * niqeFeatures);
  for (const i of features) {
    for (const j of features) {
      let sum = 0;
      for (const row of complete) sum += (row[i]! - centers[i]!) * (row[j]! - centers[j]!);
      covariance[i * niqeFeatures + j] = sum / (complete.length - 1);
    }
  }
  return { mean: features.map((i) => average(column(blocks, i))), covariance };
}

/**
 * `v M⁻¹ v` of a positive definite matrix, by Cholesky's decomposition M = L Lᵀ: the squared length of the solution of
 * L z = v.
 */
function squaredLength(matrix: Float64Array, vector: readonly number[]): number {
  const n = vector.length;
  const lower = new Float64Array(n * n);
  const solution = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = i === j ? Math.sqrt(sum) : sum / lower[j * n + j]!;
    }
    let rest = vector[i]!;
    for (let k = 0; k < i; k++) rest -= lower[i * n + k]! * solution[k]!;
    solution[i] = rest / lower[i * n + i]!;
  }
  return solution.reduce((sum, value) => sum + value * value, 0);
}
