import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { normalizeForVgg, vggFeatures } from '../vgg/network.ts';
import { vggConvolutions } from '../vgg/shapes.ts';

/** The layers of VGG16 that DISTS compares besides the image itself: the last activation of each block. */
export const distsLayers = ['conv1_2', 'conv2_2', 'conv3_3', 'conv4_3', 'conv5_3'] as const;

/** Channels of the image and of these layers together. */
export const distsChannels = 3 + 64 + 128 + 256 + 512 + 512;

/** Added to numerator and denominator, which may be 0. */
const [c1, c2] = [1e-6, 1e-6];

/**
 * Deep image structure and texture similarity (Ding et al. 2020, https://arxiv.org/abs/2004.07728, equations 5 to 7) on VGG16: one minus
 * the weighted mean over the channels of the similarity of their means (texture) and of their covariance (structure). VGG16
 * has L2 poolings in place of its maxima. The images are not resized.
 *
 * @param parameters of VGG16, by torchvision's names, and `alpha` and `beta`, the weights of texture and structure,
 *   `distsChannels` each, in the order of image and layers
 * @param sr `[N, H, W, 3]` in 0..1, as is `hr`
 * @returns the mean of the batch, a scalar; 0 for equal images
 */
export function dists(parameters: Tensors, sr: tf.Tensor4D, hr: tf.Tensor4D): tf.Scalar {
  const convolutions = vggConvolutions('vgg16', distsLayers);
  const [ofSr, ofHr] = [sr, hr].map((images) => {
    const features = vggFeatures(convolutions, parameters, normalizeForVgg(images), distsLayers, l2Pool);
    return [images, ...distsLayers.map((layer) => tf.relu(features.get(layer)!))];
  });
  const similarities = ofSr!.map((features, index) => similaritiesOf(features, ofHr![index]!));
  const [n] = sr.shape;
  const all = (kind: 'texture' | 'structure') =>
    tf.concat(
      similarities.map((each) => tf.reshape(each[kind], [n, -1])),
      1,
    );
  const weights = (name: 'alpha' | 'beta') => tf.reshape(parameters[name]!, [1, distsChannels]);
  const [alpha, beta] = [weights('alpha'), weights('beta')];
  const weighted = tf.add(tf.mul(all('texture'), alpha), tf.mul(all('structure'), beta));
  const total = tf.add(tf.sum(alpha), tf.sum(beta));
  return tf.sub<tf.Scalar>(1, tf.div(tf.mean(tf.sum(weighted, 1)), total));
}

/** Of each channel of maps `[N, h, w, C]`: `[N, 1, 1, C]`. */
function similaritiesOf(x: tf.Tensor, y: tf.Tensor): { texture: tf.Tensor; structure: tf.Tensor } {
  const mean = (map: tf.Tensor) => tf.mean(map, [1, 2], true);
  const [meanX, meanY] = [mean(x), mean(y)];
  const [centeredX, centeredY] = [tf.sub(x, meanX), tf.sub(y, meanY)];
  const variances = tf.add(mean(tf.square(centeredX)), mean(tf.square(centeredY)));
  const covariance = mean(tf.mul(centeredX, centeredY));
  const squares = tf.add(tf.square(meanX), tf.square(meanY));
  return {
    texture: ratio(tf.mul(meanX, meanY), squares, c1),
    structure: ratio(covariance, variances, c2),
  };
}

function ratio(product: tf.Tensor, squares: tf.Tensor, constant: number): tf.Tensor {
  return tf.div(tf.add(tf.mul(product, 2), constant), tf.add(squares, constant));
}

/**
 * The root of the weighted mean of squares around every second pixel, with weights 1/4, 1/2, 1/4 in both directions and zeros
 * outside (Henaff and Simoncelli 2016): `[N, h, w, C]` to half of it, rounded up.
 */
function l2Pool(map: tf.Tensor4D): tf.Tensor4D {
  return tf.sqrt(tf.add(everySecond(everySecond(tf.square(map), 1), 2), 1e-12));
}

/** Filters by 1/4, 1/2, 1/4 along an axis and takes every second place, from the first. */
function everySecond(map: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const [n, height, width, channels] = map.shape;
  const size = map.shape[axis];
  const [outer, inner] = axis === 1 ? [n, width * channels] : [n * height, channels];
  const pairs = Math.ceil(size / 2);
  const padded: tf.Tensor3D = tf.pad3d(tf.reshape<tf.Rank.R3>(map, [outer, size, inner]), [
    [0, 0],
    [1, 2 * pairs - size],
    [0, 0],
  ]);
  // Place k of `padded` is place k - 1 of the map.
  const [left, center] = halvesOfPairs(tf.slice3d(padded, [0, 0, 0], [outer, 2 * pairs, inner]));
  const [, right] = halvesOfPairs(tf.slice3d(padded, [0, 1, 0], [outer, 2 * pairs, inner]));
  const sums = tf.add(tf.mul(tf.add(left, right), 0.25), tf.mul(center, 0.5));
  const shape: [number, number, number, number] =
    axis === 1 ? [n, pairs, width, channels] : [n, height, pairs, channels];
  return tf.reshape(sums, shape);
}

/** The first and the second of each pair of rows: `[M, 2 h, K]` to two of `[M, h, K]`. */
function halvesOfPairs(rows: tf.Tensor3D): [tf.Tensor, tf.Tensor] {
  const [count, size, width] = rows.shape;
  const pairs = tf.reshape<tf.Rank.R3>(rows, [count, size / 2, 2 * width]);
  const half = (index: number) => tf.slice3d(pairs, [0, 0, index * width], [count, size / 2, width]);
  return [half(0), half(1)];
}
