import * as tf from '@tensorflow/tfjs-core';
import { msSsimWindow } from '../models/ms-ssim/shapes.ts';
import { blockAverages, planesOf, separable, validFilter } from './planes.ts';

/** Exponents of the scales, from the finest (Wang et al. 2003, section 3.2). */
const exponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** `(K1 L)^2` and `(K2 L)^2` with L = 1. */
const [c1, c2] = [0.01 ** 2, 0.03 ** 2];

/** Structure is cut off here: a power of a negative number is no number, and at 0 its slope is infinite. */
const smallest = 1e-4;

/**
 * One minus the multi-scale structural similarity (Wang, Simoncelli and Bovik 2003,
 * https://doi.org/10.1109/ACSSC.2003.1292216): the product over the scales of the mean contrast and structure, to the power of
 * the scale, and of the mean luminance at the coarsest one; the mean over images and channels. Each scale averages blocks of
 * 2x2 of the one before. The window is Gaussian with sigma 1.5 and inside the image. With fewer than five scales, the
 * exponents of the first ones are divided by their sum.
 *
 * @param sr `[N, H, W, C]` in 0..1, like `hr`, of at least `smallestMsSsimPatch` pixels
 * @returns a scalar; 0 for equal images
 */
export function msSsimLoss(scales: number, sr: tf.Tensor4D, hr: tf.Tensor4D): tf.Scalar {
  const used = exponents.slice(0, scales);
  const sum = used.reduce((total, exponent) => total + exponent, 0);
  let [a, b]: readonly [tf.Tensor3D, tf.Tensor3D] = [planesOf(sr), planesOf(hr)];
  let product: tf.Tensor | undefined;
  for (const [scale, exponent] of used.entries()) {
    if (scale > 0) [a, b] = [halved(a), halved(b)];
    const { similarity, structure } = meansOf(a, b);
    const value = scale === scales - 1 ? similarity : structure;
    const factor = tf.pow(tf.maximum(value, smallest), exponent / sum);
    product = product ? tf.mul(product, factor) : factor;
  }
  if (!product) throw new Error('MS-SSIM needs a scale.');
  return tf.sub<tf.Scalar>(1, tf.mean(product));
}

/** The mean of SSIM and of its contrast and structure over the places of each plane; `[M]`. */
function meansOf(a: tf.Tensor3D, b: tf.Tensor3D): { similarity: tf.Tensor; structure: tf.Tensor } {
  const [count, height, width] = a.shape;
  const window = gaussian();
  const all = tf.concat<tf.Tensor3D>([a, b, tf.square(a), tf.square(b), tf.mul(a, b)]);
  const filtered = separable(all, validFilter(height, window), validFilter(width, window));
  const [, down, across] = filtered.shape;
  const part = (index: number) => tf.slice3d(filtered, [index * count, 0, 0], [count, down, across]);
  const [meanA, meanB] = [part(0), part(1)];
  const product = tf.mul(meanA, meanB);
  const squares = tf.add(tf.square(meanA), tf.square(meanB));
  const variances = tf.sub(tf.add(part(2), part(3)), squares);
  const covariance = tf.sub(part(4), product);
  const structure = tf.div(tf.add(tf.mul(covariance, 2), c2), tf.add(variances, c2));
  const luminance = tf.div(tf.add(tf.mul(product, 2), c1), tf.add(squares, c1));
  return {
    similarity: tf.mean(tf.mul(luminance, structure), [1, 2]),
    structure: tf.mean(structure, [1, 2]),
  };
}

function halved(planes: tf.Tensor3D): tf.Tensor3D {
  const [, height, width] = planes.shape;
  return separable(planes, blockAverages(height, 2), blockAverages(width, 2));
}

function gaussian(): number[] {
  const center = (msSsimWindow - 1) / 2;
  const taps = Array.from({ length: msSsimWindow }, (_, i) =>
    Math.exp(-((i - center) ** 2) / (2 * 1.5 ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}
