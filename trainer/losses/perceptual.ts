import * as tf from '@tensorflow/tfjs-core';
import type { LossSettings } from '../config/index.ts';
import type { Tensors } from '../engine/engine.ts';
import { normalizeForVgg, vggFeatures } from '../models/vgg/network.ts';
import { vggConvolutions } from '../models/vgg/shapes.ts';
import { criterionLoss } from './criteria.ts';

/** Settings that say how features are compared. */
export type PerceptualSettings = Omit<
  Extract<LossSettings, { readonly type: 'perceptual' }>,
  'type' | 'name' | 'weight' | 'weights'
>;

/**
 * Distance between VGG's features of two batches of images (Johnson et al. 2016, https://arxiv.org/abs/1603.08155; ESRGAN,
 * section 3.3): the weighted sum over the layers of the distance of the features and, with `style_weight`, of the distance of their
 * Gram matrices (Gatys et al. 2016). With `normalize_loss` it is divided by the sum of the layers' weights.
 *
 * @param parameters VGG's, by torchvision's names
 * @param sr `[N, H, W, 3]` in 0..1, like `hr`
 * @returns a scalar
 */
export function perceptualLoss(
  settings: PerceptualSettings,
  parameters: Tensors,
  sr: tf.Tensor4D,
  hr: tf.Tensor4D,
): tf.Scalar {
  const {
    layer_weights: weights,
    vgg_type,
    criterion,
    normalize_input,
    normalize_loss,
    style_weight,
  } = settings;
  const layers = Object.keys(weights);
  const convolutions = vggConvolutions(vgg_type, layers);
  const features = (images: tf.Tensor4D) =>
    vggFeatures(convolutions, parameters, normalize_input ? normalizeForVgg(images) : images, layers);
  const expected = features(hr);
  let loss = tf.scalar(0);
  for (const [layer, found] of features(sr)) {
    const wanted = expected.get(layer)!;
    let distance = criterionLoss(criterion, found, wanted);
    if (style_weight > 0) {
      const style = criterionLoss(criterion, gramMatrix(found), gramMatrix(wanted));
      distance = tf.add(distance, tf.mul(style, style_weight));
    }
    loss = tf.add(loss, tf.mul(distance, weights[layer]!));
  }
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return normalize_loss ? tf.div(loss, total) : loss;
}

/** Products of the channels of a map `[N, h, w, C]`, divided by h w C: `[N, C, C]`. */
function gramMatrix(features: tf.Tensor4D): tf.Tensor3D {
  const [n, height, width, channels] = features.shape;
  const columns = tf.reshape(features, [n, height * width, channels]);
  return tf.div(tf.matMul(columns, columns, true), height * width * channels);
}
