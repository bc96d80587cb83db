import * as tf from '@tensorflow/tfjs-core';

/** Added to the square in the Charbonnier loss by default, as in BasicSR. */
const charbonnierEpsilon = 1e-12;

/** Distances as functions of the difference of two tensors, before the mean. */
const criteria = {
  l1: tf.abs,
  l2: tf.square,
  charbonnier: (difference: tf.Tensor) => charbonnier(difference, charbonnierEpsilon),
} as const;

export type Criterion = keyof typeof criteria;

/** Mean absolute (`l1`), squared (`l2`) or Charbonnier distance of two tensors of one shape; a scalar. */
export function criterionLoss(criterion: Criterion, sr: tf.Tensor, hr: tf.Tensor): tf.Scalar {
  return tf.mean<tf.Scalar>(criteria[criterion](tf.sub(sr, hr)));
}

/**
 * Charbonnier loss, a smooth L1 (Lai et al. 2017, https://arxiv.org/abs/1704.03915): the mean of `sqrt(d^2 + eps)` over the
 * differences d of two tensors of one shape.
 */
export function charbonnierLoss(sr: tf.Tensor, hr: tf.Tensor, eps: number): tf.Scalar {
  return tf.mean<tf.Scalar>(charbonnier(tf.sub(sr, hr), eps));
}

function charbonnier(difference: tf.Tensor, eps: number): tf.Tensor {
  return tf.sqrt(tf.add(tf.square(difference), eps));
}

/**
 * Huber loss (Huber 1964), as in PyTorch: the mean of `d^2 / 2` where the difference d is below `delta`, and of
 * `delta (|d| - delta / 2)` elsewhere.
 */
export function huberLoss(sr: tf.Tensor, hr: tf.Tensor, delta: number): tf.Scalar {
  const size = tf.abs(tf.sub(sr, hr));
  const near = tf.minimum(size, delta);
  // With n = min(|d|, delta), both cases are n^2 / 2 + delta (|d| - n).
  return tf.mean<tf.Scalar>(tf.add(tf.div(tf.square(near), 2), tf.mul(tf.sub(size, near), delta)));
}
