import * as tf from '@tensorflow/tfjs-core';
import type { PerceptualLossSettings } from '../config/index.ts';
import type { Tensors } from '../engine/engine.ts';
import { normalizeForVgg, vggFeatures } from '../models/vgg/network.ts';
import { vggConvolutions } from '../models/vgg/shapes.ts';
import { contentLoss } from './content.ts';

/**
 * Distance between VGG's features of two batches of images (ESRGAN, section 3.3): the weighted sum over the layers of
 * the mean absolute (`l1`) or squared (`l2`) difference. With `normalize_loss` it is divided by the sum of the weights.
 *
 * @param parameters VGG's, by torchvision's names
 * @param sr `[N, H, W, 3]` in 0..1, like `hr`
 * @returns a scalar
 */
export function perceptualLoss(
  settings: PerceptualLossSettings,
  parameters: Tensors,
  sr: tf.Tensor4D,
  hr: tf.Tensor4D,
): tf.Scalar {
  const { layer_weights: weights, vgg_type, criterion, normalize_input, normalize_loss } = settings;
  const layers = Object.keys(weights);
  const convolutions = vggConvolutions(vgg_type, layers);
  const features = (images: tf.Tensor4D) =>
    vggFeatures(convolutions, parameters, normalize_input ? normalizeForVgg(images) : images, layers);
  const expected = features(hr);
  let loss = tf.scalar(0);
  for (const [layer, found] of features(sr)) {
    const distance = contentLoss(criterion, found, expected.get(layer)!);
    loss = tf.add(loss, tf.mul(distance, weights[layer]!));
  }
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return normalize_loss ? tf.div(loss, total) : loss;
}
