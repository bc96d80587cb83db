import * as tf from '@tensorflow/tfjs-core';

export type ContentLoss = 'l1' | 'l2' | 'mse';

/** Mean absolute (`l1`) or squared (`l2`, `mse`) difference of two tensors of one shape; a scalar. */
export function contentLoss(loss: ContentLoss, sr: tf.Tensor, hr: tf.Tensor): tf.Scalar {
  const difference = tf.sub(sr, hr);
  return tf.mean<tf.Scalar>(loss === 'l1' ? tf.abs(difference) : tf.square(difference));
}
