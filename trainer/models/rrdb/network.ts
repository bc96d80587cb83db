import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { rank4 } from '../rank4.ts';
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

function convolution(parameters: Tensors): (map: tf.Tensor4D, name: string) => tf.Tensor4D {
  return (map, name) => {
    const filter = parameters[`${name}.weight`];
    const bias = parameters[`${name}.bias`];
    if (!filter || !bias) throw new Error(`The generator has no parameters ${name}.`);
    return tf.add(tf.conv2d(map, rank4(filter), 1, 'same'), bias);
  };
}

function activate(map: tf.Tensor4D): tf.Tensor4D {
  return tf.leakyRelu(map, 0.2);
}

/**
 * Rearranges `[N, H, W, C * r * r]` to `[N, H * r, W * r, C]` with PyTorch's order of channels
 * (`c * r * r + dy * r + dx`), which is not that of TensorFlow's depthToSpace.
 */
function pixelShuffle(x: tf.Tensor4D, r: number): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const c = channels / (r * r);
  const split = tf.reshape(x, [n, height, width, c, r, r]);
  return tf.reshape(tf.transpose(split, [0, 1, 4, 2, 5, 3]), [n, height * r, width * r, c]);
}

/** The inverse of {@link pixelShuffle}: `[N, H * r, W * r, C]` to `[N, H, W, C * r * r]`. */
function pixelUnshuffle(x: tf.Tensor4D, r: number): tf.Tensor4D {
  if (r === 1) return x;
  const [n, height, width, c] = x.shape;
  const split = tf.reshape(x, [n, height / r, r, width / r, r, c]);
  return tf.reshape(tf.transpose(split, [0, 1, 3, 5, 2, 4]), [n, height / r, width / r, c * r * r]);
}
