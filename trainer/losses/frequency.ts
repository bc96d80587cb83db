import * as tf from '@tensorflow/tfjs-core';
import { type Matrix, planesOf, rows, separable } from './planes.ts';
import { withoutGradient } from './stop-gradient.ts';

/** The discrete Fourier transform of planes `[M, H, W]`; both parts have this shape. */
interface Spectrum {
  readonly real: tf.Tensor3D;
  readonly imaginary: tf.Tensor3D;
}

/**
 * Two-dimensional DFT without a factor, as four products with constant matrices: with a frequency of u / H rows,
 * `exp(-2 pi i u y / H)` is `cos - i sin`.
 */
function fourier(planes: tf.Tensor3D): Spectrum {
  const [count, height, width] = planes.shape;
  const both = separable(planes, wavesOf(height), wavesOf(width));
  // Cosines are in the first half of rows and columns, sines in the second.
  const part = (y: number, x: number) => tf.slice3d(both, [0, y * height, x * width], [count, height, width]);
  return {
    real: tf.sub(part(0, 0), part(1, 1)),
    imaginary: tf.neg(tf.add(part(0, 1), part(1, 0))),
  };
}

/** Cosines over sines: `[2 size, size]`. */
function wavesOf(size: number): Matrix {
  return rows(2 * size, size, (row, place) => {
    // The product can be large; its remainder keeps the angle exact.
    const angle = (2 * Math.PI * (((row % size) * place) % size)) / size;
    return row < size ? Math.cos(angle) : Math.sin(angle);
  });
}

/**
 * FFT loss (Cho et al. 2021, MIMO-UNet, https://arxiv.org/abs/2108.05054, equation 6): the mean absolute difference of the real and the
 * imaginary parts of the two-dimensional DFT, which has no factor.
 *
 * @param sr `[N, H, W, C]`, like `hr`
 */
export function fftLoss(sr: tf.Tensor4D, hr: tf.Tensor4D): tf.Scalar {
  // The transform is linear.
  const { real, imaginary } = fourier(planesOf(tf.sub(sr, hr)));
  return tf.mean<tf.Scalar>(tf.abs(tf.concat([real, imaginary])));
}

export interface FocalFrequencySettings {
  /** Exponent of the weights. */
  readonly alpha: number;
  /** The image is divided into this many parts in each direction; each has a spectrum of its own. */
  readonly patch_factor: number;
  /** Compares the mean spectra of the batch. */
  readonly ave_spectrum: boolean;
  /** Takes the logarithm of the weights. */
  readonly log_matrix: boolean;
  /** Normalizes the weights by the largest of the batch, instead of that of each channel of a part. */
  readonly batch_matrix: boolean;
}

/** Below the smallest weight that matters; a maximum of zero becomes it. */
const tiny = 1e-30;

/**
 * Focal frequency loss (Jiang et al. 2021, https://arxiv.org/abs/2012.12821, equations 7 and 8): the mean over all frequencies of
 * `w |F(sr) - F(hr)|^2` with the orthonormal DFT. The weight w is `|F(sr) - F(hr)|^alpha` over its maximum, so it
 * focuses on the frequencies that are hard to reproduce; it is a constant for the gradient.
 *
 * @param sr `[N, H, W, C]`, like `hr`; `patch_factor` divides H and W
 */
export function focalFrequencyLoss(
  settings: FocalFrequencySettings,
  sr: tf.Tensor4D,
  hr: tf.Tensor4D,
): tf.Scalar {
  const { alpha, patch_factor: parts, ave_spectrum, log_matrix, batch_matrix } = settings;
  const whole = tf.sub<tf.Tensor4D>(sr, hr);
  // The transform is linear, so the mean spectrum is that of the mean difference.
  const difference = ave_spectrum ? tf.mean<tf.Tensor4D>(whole, 0, true) : whole;
  const planes = dividedInto(parts, planesOf(difference));
  const [, height, width] = planes.shape;
  const { real, imaginary } = fourier(planes);
  const energy = tf.div(tf.add(tf.square(real), tf.square(imaginary)), height * width);
  const weight = withoutGradient((squared) => {
    const power = tf.pow(squared, alpha / 2);
    const matrix = log_matrix ? tf.log(tf.add(power, 1)) : power;
    const largest = batch_matrix ? tf.max(matrix) : tf.max(matrix, [1, 2], true);
    return tf.div(matrix, tf.maximum(largest, tiny));
  }, energy);
  return tf.mean<tf.Scalar>(tf.mul(weight, energy));
}

/** Cuts planes into parts of equal size: `[M, H, W]` to `[M parts^2, H / parts, W / parts]`. */
function dividedInto(parts: number, planes: tf.Tensor3D): tf.Tensor3D {
  if (parts === 1) return planes;
  const [count, height, width] = planes.shape;
  const [h, w] = [height / parts, width / parts];
  const grid = tf.transpose(tf.reshape(planes, [count, parts, h, parts, w]), [0, 1, 3, 2, 4]);
  return tf.reshape(grid, [count * parts * parts, h, w]);
}
