import * as tf from '@tensorflow/tfjs-core';

/**
 * The R1 penalty (Mescheder et al. 2018, https://arxiv.org/abs/1801.04406, equation 9) without its factor `weight / 2`: the
 * mean over the images of the squared 2-norm of the gradient of the discriminator's output by a real image. Of a map of
 * outputs it is the gradient of their sum, as in BasicSR.
 *
 * @param logitsOf logits `[N, 1]` or `[N, h, w, 1]` of images
 * @param real `[N, H, W, C]`
 */
export function r1Penalty(logitsOf: (images: tf.Tensor) => tf.Tensor, real: tf.Tensor4D): tf.Scalar {
  const gradient = tf.grad((images: tf.Tensor) => tf.sum(logitsOf(images)))(real);
  return tf.div(tf.sum<tf.Scalar>(tf.square(gradient)), real.shape[0]);
}
