import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedConfig } from '../config/index.ts';

export type ContentLoss = ResolvedConfig['content_loss']['loss_f'];

/** Losses as functions of the difference of two tensors, before the mean. */
const losses: Readonly<Record<ContentLoss, (difference: tf.Tensor) => tf.Tensor>> = {
  l1: tf.abs,
  l2: tf.square,
  mse: tf.square,
};

/** Mean absolute (`l1`) or squared (`l2`, `mse`) difference of two tensors of one shape; a scalar. */
export function contentLoss(loss: ContentLoss, sr: tf.Tensor, hr: tf.Tensor): tf.Scalar {
  return tf.mean<tf.Scalar>(losses[loss](tf.sub(sr, hr)));
}
