import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';
import { rank4 } from './rank4.ts';

/** Hyper-parameters of the generator, by the names of the run file. */
export interface GeneratorOptions {
  readonly img_channels: number;
  readonly scale_factor: 1 | 2 | 4 | 8;
  readonly rrdb_channels: number;
  readonly growth_channels: number;
  readonly num_basic_blocks: number;
  readonly num_dense_blocks: number;
  readonly num_residual_blocks: number;
  readonly residual_scaling: number;
  readonly use_subpixel_conv: boolean;
  /** Side of the squares of pixels that become channels at the input (Real-ESRGAN's nets for x2 and x1). */
  readonly input_unshuffle?: 2 | 4;
}

/** Number of x2 upsampling blocks: log2 of the scale after the input is rearranged. */
function upsamplings(options: GeneratorOptions): number {
  return Math.log2(options.scale_factor * (options.input_unshuffle ?? 1));
}

/**
 * Every convolution of the net: its name, inputs and outputs; all are 3x3 with a bias. Files hold
 * `<name>.weight` `[O, I, 3, 3]` and `<name>.bias` `[O]`, named as BasicSR, Real-ESRGAN and spandrel do.
 */
export function generatorConvolutions(
  options: GeneratorOptions,
): { name: string; inputs: number; outputs: number }[] {
  const { img_channels: image, rrdb_channels: trunk, growth_channels: growth, input_unshuffle = 1 } = options;
  const list = [{ name: 'conv_first', inputs: image * input_unshuffle ** 2, outputs: trunk }];
  for (let block = 0; block < options.num_basic_blocks; block++) {
    for (let dense = 1; dense <= options.num_dense_blocks; dense++) {
      for (let k = 1; k <= options.num_residual_blocks; k++) {
        const outputs = k < options.num_residual_blocks ? growth : trunk;
        list.push({ name: `body.${block}.rdb${dense}.conv${k}`, inputs: trunk + (k - 1) * growth, outputs });
      }
    }
  }
  list.push({ name: 'conv_body', inputs: trunk, outputs: trunk });
  for (let up = 1; up <= upsamplings(options); up++) {
    list.push({
      name: `conv_up${up}`,
      inputs: trunk,
      outputs: options.use_subpixel_conv ? 4 * trunk : trunk,
    });
  }
  list.push({ name: 'conv_hr', inputs: trunk, outputs: trunk });
  list.push({ name: 'conv_last', inputs: trunk, outputs: image });
  return list;
}

/** Low-resolution pixels, from each side, that an output pixel can depend on: one for each 3x3 convolution. */
export function generatorReach(options: GeneratorOptions): number {
  const trunk = 2 + options.num_basic_blocks * options.num_dense_blocks * options.num_residual_blocks;
  const { input_unshuffle: unshuffle = 1 } = options;
  // Convolutions at twice the resolution reach half as far; conv_hr and conv_last work at full resolution.
  let tail = 2 / (options.scale_factor * unshuffle);
  for (let up = 1; up <= upsamplings(options); up++) {
    tail += 1 / (options.use_subpixel_conv ? 2 ** (up - 1) : 2 ** up);
  }
  return unshuffle * (trunk + Math.ceil(tail)) + (unshuffle - 1);
}

/**
 * The generator of ESRGAN (Wang et al. 2018, https://arxiv.org/abs/1809.00219): residual-in-residual dense
 * blocks without batch normalisation, between a first convolution and x2 upsampling blocks.
 *
 * @param parameters filters `[3, 3, I, O]` and biases, by their names in {@link generatorConvolutions}
 * @param x `[N, h, w, img_channels]` in 0..1; h and w are multiples of `input_unshuffle`
 * @returns `[N, h * scale, w * scale, img_channels]`, not clamped
 */
export function generator(options: GeneratorOptions, parameters: Tensors, x: tf.Tensor4D): tf.Tensor4D {
  const convolve = (map: tf.Tensor4D, name: string): tf.Tensor4D => {
    const filter = parameters[`${name}.weight`];
    const bias = parameters[`${name}.bias`];
    if (!filter || !bias) throw new Error(`The generator lacks the parameters of ${name}.`);
    return tf.add(tf.conv2d(map, rank4(filter), 1, 'same'), bias);
  };
  const activate = (map: tf.Tensor4D): tf.Tensor4D => tf.leakyRelu(map, 0.2);
  const skip = (branch: tf.Tensor4D, from: tf.Tensor4D): tf.Tensor4D =>
    tf.add(tf.mul(branch, options.residual_scaling), from);

  /** Each convolution sees the block's input and the results of all before it. */
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
  const upsample = (map: tf.Tensor4D, name: string): tf.Tensor4D => {
    if (options.use_subpixel_conv) return activate(pixelShuffle(convolve(map, name), 2));
    const [, height, width] = map.shape;
    return activate(convolve(tf.image.resizeNearestNeighbor(map, [height * 2, width * 2]), name));
  };

  const first = convolve(pixelUnshuffle(x, options.input_unshuffle ?? 1), 'conv_first');
  let map = first;
  for (let block = 0; block < options.num_basic_blocks; block++) map = residualBlock(map, `body.${block}`);
  map = tf.add(first, convolve(map, 'conv_body'));
  for (let up = 1; up <= upsamplings(options); up++) map = upsample(map, `conv_up${up}`);
  return convolve(activate(convolve(map, 'conv_hr')), 'conv_last');
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
