import * as tf from '@tensorflow/tfjs-core';

/**
 * Feature matching (Wang et al. 2018, pix2pixHD, https://arxiv.org/abs/1711.11585, equation 4; `GANFeatLoss` in BasicSR):
 * the mean absolute difference of the discriminator's maps of real and generated images, summed over its layers. The maps of
 * real images are constants for the generator.
 *
 * @param layers numbers of the maps, from 1; `null` takes all
 * @param real maps `[N, h, w, c]` by layer
 * @param fake maps of the same shapes
 */
export function featureMatchingLoss(
  layers: readonly number[] | null,
  real: readonly tf.Tensor[],
  fake: readonly tf.Tensor[],
): tf.Scalar {
  const chosen = layers ?? real.map((_, index) => index + 1);
  const distances = chosen.map((layer) =>
    tf.mean<tf.Scalar>(tf.abs(tf.sub(fake[layer - 1]!, real[layer - 1]!))),
  );
  return tf.addN(distances);
}
