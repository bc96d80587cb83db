import * as tf from '@tensorflow/tfjs-core';
import { reflectedAverage, separable } from './planes.ts';
import { withoutGradient } from './stop-gradient.ts';

/** Side of the window of local variances. */
const windowSize = 7;

/**
 * Locally discriminative learning (Liang, Zeng and Zhang 2022, https://arxiv.org/abs/2203.09195, equations 2 to 5): the mean of
 * `M |sr - hr|`. The artifact map M is the variance of the residual in a window of 7x7, times the fifth root of its variance in
 * the whole patch, and 0 where the image of the EMA generator is farther from HR than that of the generator: there, the details are
 * no artifacts. The residual is the absolute difference, summed over the channels. M is a constant for the gradient.
 *
 * @param sr `[N, H, W, C]`, like `hr`
 * @param ema `[N, H, W, C]`, the images of the EMA generator
 */
export function ldlLoss(sr: tf.Tensor4D, hr: tf.Tensor4D, ema: tf.Tensor4D): tf.Scalar {
  const difference = tf.abs(tf.sub<tf.Tensor4D>(sr, hr));
  const emaResidual = tf.sum<tf.Tensor3D>(tf.abs(tf.sub(ema, hr)), 3);
  const map = withoutGradient((differences) => {
    const residual = tf.sum<tf.Tensor3D>(differences, 3);
    const isArtifact = tf.greaterEqual(residual, emaResidual);
    const weights = tf.mul(tf.pow(patchVariance(residual), 1 / 5), localVariance(residual));
    return tf.expandDims(tf.where(isArtifact, weights, tf.zerosLike(weights)), 3);
  }, difference);
  return tf.mean<tf.Scalar>(tf.mul(difference, map));
}

/** The unbiased variance of each map `[N, H, W]`: `[N, 1, 1]`. */
function patchVariance(maps: tf.Tensor3D): tf.Tensor {
  const [, height, width] = maps.shape;
  const centered = tf.sub(maps, tf.mean(maps, [1, 2], true));
  return tf.div(tf.sum(tf.square(centered), [1, 2], true), height * width - 1);
}

/** The unbiased variance in the window around each pixel, reflected at the border: `[N, H, W]`. */
function localVariance(maps: tf.Tensor3D): tf.Tensor {
  const [count, height, width] = maps.shape;
  // Variances do not depend on an offset, and rounding is smaller with one.
  const centered = tf.sub<tf.Tensor3D>(maps, tf.mean(maps, [1, 2], true));
  const averages = separable(
    tf.concat([centered, tf.square(centered)]),
    reflectedAverage(height, windowSize),
    reflectedAverage(width, windowSize),
  );
  const part = (index: number) => tf.slice3d(averages, [index * count, 0, 0], [count, height, width]);
  const n = windowSize ** 2;
  return tf.mul(tf.relu(tf.sub(part(1), tf.square(part(0)))), n / (n - 1));
}
