import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { rank4 } from '../rank4.ts';
import type { VggConvolution } from './shapes.ts';

/** Mean and standard deviation of ImageNet's RGB values in 0..1. VGG was trained on images normalized by them. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** `[N, H, W, 3]` in 0..1, normalized as for the training of VGG. */
export function normalizeForVgg(x: tf.Tensor4D): tf.Tensor4D {
  return tf.div(tf.sub(x, tf.tensor1d(imageNet.mean)), tf.tensor1d(imageNet.deviation));
}

/**
 * The features of VGG: the results of its convolutions before the activation.
 *
 * @param convolutions see {@link vggConvolutions}
 * @param parameters filters `[3, 3, I, O]` and biases by torchvision's names
 * @param x `[N, H, W, 3]`, normalized
 * @param layers names such as `conv5_4`
 * @param pool halves the height and width of maps, rounded down with the default
 * @returns features `[N, h, w, C]` by layer, in the order of depth
 */
export function vggFeatures(
  convolutions: readonly VggConvolution[],
  parameters: Tensors,
  x: tf.Tensor4D,
  layers: readonly string[],
  pool: (map: tf.Tensor4D) => tf.Tensor4D = (map) => tf.maxPool(map, 2, 2, 'valid'),
): Map<string, tf.Tensor4D> {
  const features = new Map<string, tf.Tensor4D>();
  let map = x;
  for (const { layer, name, isPooled } of convolutions) {
    const filter = parameters[`${name}.weight`];
    const bias = parameters[`${name}.bias`];
    if (!filter || !bias) throw new Error(`VGG has no parameters ${name}.`);
    if (isPooled) map = pool(map);
    const sum = tf.add<tf.Tensor4D>(tf.conv2d(map, rank4(filter), 1, 'same'), bias);
    if (layers.includes(layer)) features.set(layer, sum);
    map = tf.relu(sum);
  }
  return features;
}
