import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { convolution, parameter, pixelShuffle } from '../layers.ts';
import { rank4 } from '../rank4.ts';
import { meanColor, type SpanOptions } from './shapes.ts';

/**
 * The trunk of SPAN, the swift parameter-free attention network (Wan et al. 2023, https://arxiv.org/abs/2311.12770): blocks
 * of three convolutions whose result is multiplied by an odd function of itself. The trained branches of a convolution are
 * merged before it is applied, so that a training step convolves as rarely as inference does; the gradients are the same.
 *
 * @param parameters by the names of `trainedConvolutions`, filters `[kh, kw, I, O]`
 * @param x `[N, h, w, img_channels]` in 0..1
 * @returns `[N, h, w, img_channels * scale_factor ** 2]`
 */
export function spanTrunk(options: SpanOptions, parameters: Tensors, x: tf.Tensor4D): tf.Tensor4D {
  const convolve = convolution(parameters);
  const convolveMerged = (map: tf.Tensor4D, name: string): tf.Tensor4D => {
    const { filter, bias } = mergedConvolution(parameters, name);
    return tf.add(tf.conv2d(map, filter, 1, 'same'), bias);
  };
  /** The result of a block and the activated result of its first convolution. */
  const block = (input: tf.Tensor4D, name: string): [tf.Tensor4D, tf.Tensor4D] => {
    const first = silu(convolveMerged(input, `${name}.c1_r`));
    const second = silu(convolveMerged(first, `${name}.c2_r`));
    const third = convolveMerged(second, `${name}.c3_r`);
    const attention = tf.sub(tf.sigmoid(third), 0.5);
    return [tf.mul(tf.add(third, input), attention), first];
  };

  const mean = () => tf.tensor1d([...meanColor(options.img_channels)]);
  const input = options.norm ? tf.mul<tf.Tensor4D>(tf.sub(x, mean()), options.img_range) : x;
  const first = convolveMerged(input, 'conv_1');
  let [map, ofFirstBlock, inLastBlock] = [first, first, first];
  for (let index = 1; index <= options.num_blocks; index++) {
    [map, inLastBlock] = block(map, `block_${index}`);
    if (index === 1) ofFirstBlock = map;
  }
  const joined = tf.concat([first, convolveMerged(map, 'conv_2'), ofFirstBlock, inLastBlock], 3);
  return convolve(convolve(joined, 'conv_cat'), 'upsampler.0');
}

/**
 * The tail: the pixel shuffle.
 *
 * @param features the result of {@link spanTrunk}
 * @returns `[N, h * scale_factor, w * scale_factor, img_channels]`, not clamped
 */
export function spanTail(options: SpanOptions, _: Tensors, features: tf.Tensor4D): tf.Tensor4D {
  return pixelShuffle(features, options.scale_factor);
}

function silu(x: tf.Tensor4D): tf.Tensor4D {
  return tf.mul(x, tf.sigmoid(x));
}

/** The 3x3 convolution that the branches of `name` are together: filter `[3, 3, I, O]`, bias `[O]`; see `merge.ts`. */
function mergedConvolution(parameters: Tensors, name: string): { filter: tf.Tensor4D; bias: tf.Tensor } {
  const matrix = (branch: string): tf.Tensor2D => {
    const weight = parameter(parameters, `${name}.${branch}.weight`);
    const [, , inputs = 0, outputs = 0] = weight.shape;
    return tf.reshape(weight, [inputs, outputs]);
  };
  const bias = (branch: string) => parameter(parameters, `${name}.${branch}.bias`);
  const [into, outOf, skip] = [matrix('conv.0'), matrix('conv.2'), matrix('sk')];
  const middle = rank4(parameter(parameters, `${name}.conv.1.weight`));
  const [, , wideInputs, wideOutputs] = middle.shape;
  const [inputs, outputs] = skip.shape;

  // Each tap [2I, 2O] of the middle filter becomes `into` x tap x `outOf`.
  const narrowed = tf.matMul(tf.reshape(middle, [9 * wideInputs, wideOutputs]), outOf);
  const inputsFirst = tf.transpose(tf.reshape(narrowed, [9, wideInputs, outputs]), [1, 0, 2]);
  const product = tf.matMul(into, tf.reshape(inputsFirst, [wideInputs, 9 * outputs]));
  const taps = tf.transpose(tf.reshape(product, [inputs, 9, outputs]), [1, 0, 2]);
  const center = tf.pad(tf.reshape(skip, [1, inputs, outputs]), [
    [4, 4],
    [0, 0],
    [0, 0],
  ]);
  const constant = tf.matMul(
    tf.reshape(bias('conv.0'), [1, wideInputs]),
    tf.sum(tf.reshape(middle, [9, wideInputs, wideOutputs]), 0),
  );
  const inside = tf.add(constant, bias('conv.1'));
  const sum = tf.reshape(tf.matMul(tf.reshape(inside, [1, wideOutputs]), outOf), [outputs]);
  return {
    filter: rank4(tf.reshape(tf.add(taps, center), [3, 3, inputs, outputs])),
    bias: tf.add(tf.add(sum, bias('conv.2')), bias('sk')),
  };
}
