import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';
import { rank4 } from './rank4.ts';

/** Convolutions with a bias, of stride 1 and with zeros around the map, by the names of their parameters. */
export function convolution(parameters: Tensors): (map: tf.Tensor4D, name: string) => tf.Tensor4D {
  return (map, name) => {
    const filter = rank4(parameter(parameters, `${name}.weight`));
    return tf.add(tf.conv2d(map, filter, 1, 'same'), parameter(parameters, `${name}.bias`));
  };
}

export function parameter(parameters: Tensors, name: string): tf.Tensor {
  const tensor = parameters[name];
  if (!tensor) throw new Error(`The generator has no parameter ${name}.`);
  return tensor;
}

/**
 * Rearranges `[N, H, W, C * r * r]` to `[N, H * r, W * r, C]` with PyTorch's order of channels
 * (`c * r * r + dy * r + dx`), which is not that of TensorFlow's depthToSpace.
 */
export function pixelShuffle(x: tf.Tensor4D, r: number): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const c = channels / (r * r);
  const split = tf.reshape(x, [n, height, width, c, r, r]);
  return tf.reshape(tf.transpose(split, [0, 1, 4, 2, 5, 3]), [n, height * r, width * r, c]);
}

/** The inverse of {@link pixelShuffle}: `[N, H * r, W * r, C]` to `[N, H, W, C * r * r]`. */
export function pixelUnshuffle(x: tf.Tensor4D, r: number): tf.Tensor4D {
  if (r === 1) return x;
  const [n, height, width, c] = x.shape;
  const split = tf.reshape(x, [n, height / r, r, width / r, r, c]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 5, 2, 4]), [n, height / r, width / r, c * r * r]);
}

/** `[N, h, w, C]` to `[N, h, w, C * times]`, each channel repeated next to itself. */
export function repeatChannels(x: tf.Tensor4D, times: number): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const repeated = tf.tile(tf.reshape(x, [n, height, width, channels, 1]), [1, 1, 1, 1, times]);
  return tf.reshape(repeated, [n, height, width, channels * times]);
}
