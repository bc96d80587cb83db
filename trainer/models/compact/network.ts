import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { convolution, parameter, pixelShuffle, repeatChannels } from '../layers.ts';
import { rank4 } from '../rank4.ts';
import { type CompactOptions, compactLayers } from './shapes.ts';

/**
 * The trunk of Real-ESRGAN's compact generator (SRVGGNetCompact, https://github.com/xinntao/Real-ESRGAN): a row of 3x3
 * convolutions, each but the last with an activation. The network computes the difference to the image upscaled by nearest
 * neighbor, which is added here, before the pixel shuffle: one channel for each pixel of a square.
 *
 * @param parameters by their names in {@link compactLayers}, filters `[3, 3, I, O]`
 * @param x `[N, h, w, img_channels]` in 0..1
 * @returns `[N, h, w, img_channels * scale_factor ** 2]`
 */
export function compactTrunk(options: CompactOptions, parameters: Tensors, x: tf.Tensor4D): tf.Tensor4D {
  const convolve = convolution(parameters);
  const activate = (map: tf.Tensor4D, name: string): tf.Tensor4D => {
    if (options.act === 'relu') return tf.relu(map);
    if (options.act === 'leakyrelu') return tf.leakyRelu(map, 0.1);
    return rank4(tf.prelu(map, parameter(parameters, `${name}.weight`)));
  };
  let map = x;
  for (const { name, activation } of compactLayers(options)) {
    map = convolve(map, name);
    if (activation !== undefined) map = activate(map, activation);
  }
  return tf.add(map, repeatChannels(x, options.scale_factor ** 2));
}

/**
 * The tail: the pixel shuffle.
 *
 * @param features the result of {@link compactTrunk}
 * @returns `[N, h * scale_factor, w * scale_factor, img_channels]`, not clamped
 */
export function compactTail(options: CompactOptions, _: Tensors, features: tf.Tensor4D): tf.Tensor4D {
  return pixelShuffle(features, options.scale_factor);
}
