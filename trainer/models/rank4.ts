import * as tf from '@tensorflow/tfjs-core';

/** Narrows the type of a tensor to rank four. */
export function rank4(tensor: tf.Tensor): tf.Tensor4D {
  const [a, b, c, d, ...rest] = tensor.shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined || rest.length > 0) {
    throw new Error(`Expected a tensor of rank four, found [${tensor.shape}].`);
  }
  return tf.reshape<tf.Rank.R4>(tensor, [a, b, c, d]);
}
