import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { convolution, pixelShuffle, pixelUnshuffle } from '../layers.ts';
import { type RrdbOptions, upsamplings } from './shapes.ts';

/**
 * The trunk of ESRGAN's generator (Wang et al. 2018, https://arxiv.org/abs/1809.00219): residual-in-residual dense blocks
 * without batch normalization, after a first convolution.
 *
 * @param parameters filters `[3, 3, I, O]` and biases, by their names in {@link rrdbConvolutions}
 * @param x `[N, h, w, img_channels]` in 0..1; h and w are multiples of u = `input_unshuffle`
 * @returns `[N, h / u, w / u, rrdb_channels]`
 */
export function rrdbTrunk(options: RrdbOptions, parameters: Tensors, x: tf.Tensor4D): tf.Tensor4D {
  const convolve = convolution(parameters);
  const skip = (branch: tf.Tensor4D, from: tf.Tensor4D): tf.Tensor4D =>
    tf.add(tf.mul(branch, options.residual_scaling), from);

  /** Each convolution reads the block's input and the results of all convolutions before it. */
  const denseBlock = (input: tf.Tensor4D, name: string): tf.Tensor4D => {
    const maps = [input];
    for (let k = 1; k < options.num_residual_blocks; k++) {
      maps.push(activate(convolve(tf.concat(maps, 3), `${name}.conv${k}`)));
    }
    return skip(convolve(tf.concat(maps, 3), `${name}.conv${options.num_residual_blocks}`), input);
  };
  const residualBlock = (input: tf.Tensor4D, name: string): tf.Tensor4D => {
    let map = input;
    for (let dense = 1; dense <= options.num_dense_blocks; dense++)
      map = denseBlock(map, `${name}.rdb${dense}`);
    return skip(map, input);
  };

  const first = convolve(pixelUnshuffle(x, options.input_unshuffle ?? 1), 'conv_first');
  let map = first;
  for (let block = 0; block < options.num_basic_blocks; block++) map = residualBlock(map, `body.${block}`);
  return tf.add(first, convolve(map, 'conv_body'));
}

/**
 * The tail: x2 upsampling blocks and the last two convolutions.
 *
 * @param features `[N, h, w, rrdb_channels]`, the result of {@link rrdbTrunk}
 * @returns `[N, h * f, w * f, img_channels]`, not clamped; f is `scale_factor` times `input_unshuffle`
 */
export function rrdbTail(options: RrdbOptions, parameters: Tensors, features: tf.Tensor4D): tf.Tensor4D {
  const convolve = convolution(parameters);
  const upsample = (map: tf.Tensor4D, name: string): tf.Tensor4D => {
    if (options.use_subpixel_conv) return activate(pixelShuffle(convolve(map, name), 2));
    const [, height, width] = map.shape;
    return activate(convolve(tf.image.resizeNearestNeighbor(map, [height * 2, width * 2]), name));
  };

  let map = features;
  for (let up = 1; up <= upsamplings(options); up++) map = upsample(map, `conv_up${up}`);
  return convolve(activate(convolve(map, 'conv_hr')), 'conv_last');
}

function activate(map: tf.Tensor4D): tf.Tensor4D {
  return tf.leakyRelu(map, 0.2);
}
