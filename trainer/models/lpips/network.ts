import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { rank4 } from '../rank4.ts';
import { vggFeatures } from '../vgg/network.ts';
import { vggConvolutions } from '../vgg/shapes.ts';

/** The layers of VGG16 that LPIPS compares: the last activation of each block. */
export const lpipsLayers = ['conv1_2', 'conv2_2', 'conv3_3', 'conv4_3', 'conv5_3'] as const;

/** Name of the channel weights of a layer, 0 to 4, in the file of the Python package lpips. */
export function linearName(layer: number): string {
  return `lin${layer}.model.1.weight`;
}

/** Normalization of images in -1..1, as in the Python package. */
const colors = { shift: [-0.03, -0.088, -0.188], scale: [0.458, 0.448, 0.45] };

/** Added to the norm, which may be 0. */
const epsilon = 1e-10;

/**
 * Learned perceptual image patch similarity, version 0.1 (Zhang et al. 2018, https://arxiv.org/abs/1801.03924,
 * equation 1), on VGG16: the features of each pixel are scaled to length one, and the squares of their differences are
 * weighted by channel and summed; the means over the pixels are summed over the layers.
 *
 * @param parameters of VGG16, by torchvision's names, and the channel weights `[1, 1, C, 1]`, see `linearName`
 * @param sr `[N, H, W, 3]` in 0..1, as is `hr`, of at least 16 x 16 pixels
 * @returns the mean of the batch, a scalar; 0 for equal images
 */
export function lpips(parameters: Tensors, sr: tf.Tensor4D, hr: tf.Tensor4D): tf.Scalar {
  const convolutions = vggConvolutions('vgg16', lpipsLayers);
  const [srFeatures, hrFeatures] = [sr, hr].map((images) => {
    const input = tf.sub(tf.sub(tf.mul(images, 2), 1), tf.tensor1d(colors.shift));
    return vggFeatures(convolutions, parameters, tf.div(input, tf.tensor1d(colors.scale)), lpipsLayers);
  });
  const distances = lpipsLayers.map((layer, k) => {
    const difference = tf.sub<tf.Tensor4D>(unit(srFeatures!.get(layer)!), unit(hrFeatures!.get(layer)!));
    const weights = rank4(parameters[linearName(k)]!);
    return tf.mean<tf.Scalar>(tf.conv2d(tf.square(difference), weights, 1, 'same'));
  });
  return tf.addN(distances);
}

/** Activations of each pixel, scaled to length one over the channels. */
function unit(features: tf.Tensor4D): tf.Tensor4D {
  const active = tf.relu(features);
  const norm = tf.sqrt(tf.sum(tf.square(active), 3, true));
  return tf.div(active, tf.add(norm, epsilon));
}
