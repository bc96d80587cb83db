import * as tf from '@tensorflow/tfjs-core';

/** A matrix by rows, of constants. */
export type Matrix = readonly (readonly number[])[];

/** The channels of images `[N, H, W, C]` one after another: `[N C, H, W]`. */
export function planesOf(images: tf.Tensor4D): tf.Tensor3D {
  const [n, height, width, channels] = images.shape;
  return tf.reshape(tf.transpose(images, [0, 3, 1, 2]), [n * channels, height, width]);
}

/**
 * A linear map of columns and of rows, such as a separable filter or a Fourier transform.
 *
 * @param planes `[M, H, W]`
 * @param vertical `[H', H]`
 * @param horizontal `[W', W]`
 * @returns `[M, H', W']`
 */
export function separable(planes: tf.Tensor3D, vertical: Matrix, horizontal: Matrix): tf.Tensor3D {
  return alongColumns(alongColumns(planes, horizontal), vertical);
}

/** Maps the last dimension by a matrix and exchanges the last two: `[M, A, B]` to `[M, B', A]`. */
function alongColumns(planes: tf.Tensor3D, matrix: Matrix): tf.Tensor3D {
  const [count, rows, columns] = planes.shape;
  const product = tf.matMul(tf.reshape(planes, [count * rows, columns]), transposed(matrix));
  return tf.transpose(tf.reshape(product, [count, rows, matrix.length]), [0, 2, 1]);
}

/** As a constant of shape `[columns, rows]`. */
function transposed(matrix: Matrix): tf.Tensor2D {
  const columns = matrix[0]?.length ?? 0;
  const values = Float32Array.from({ length: columns * matrix.length }, (_, index) => {
    const row = index % matrix.length;
    return matrix[row]![(index - row) / matrix.length]!;
  });
  return tf.tensor2d(values, [columns, matrix.length]);
}

/** The matrix that averages blocks of `block` numbers; an incomplete last block is dropped. */
export function blockAverages(size: number, block: number): Matrix {
  return rows(Math.floor(size / block), size, (row, column) =>
    Math.floor(column / block) === row ? 1 / block : 0,
  );
}

/** A filter at each place where all of its taps are inside: `[size - taps + 1, size]`. */
export function validFilter(size: number, taps: readonly number[]): Matrix {
  return rows(size - taps.length + 1, size, (row, column) => taps[column - row] ?? 0);
}

/** The average of `taps` (odd) neighbors, see `reflectedFilter`. */
export function reflectedAverage(size: number, taps: number): Matrix {
  return reflectedFilter(size, new Array<number>(taps).fill(1 / taps));
}

/** A filter of an odd number of taps at each place; the ends are reflected without their last number: `[size, size]`. */
export function reflectedFilter(size: number, taps: readonly number[]): Matrix {
  const matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  const half = (taps.length - 1) / 2;
  for (const [row, weights] of matrix.entries()) {
    for (const [tap, weight] of taps.entries()) weights[reflected(row + tap - half, size)]! += weight;
  }
  return matrix;
}

function reflected(place: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const inPeriod = ((place % period) + period) % period;
  return Math.min(inPeriod, period - inPeriod);
}

/** A matrix from a function of row and column. */
export function rows(height: number, width: number, value: (row: number, column: number) => number): Matrix {
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => value(row, column)),
  );
}
