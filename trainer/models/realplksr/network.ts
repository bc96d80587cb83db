import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { convolution, parameter, pixelShuffle, repeatChannels } from '../layers.ts';
import { rank4 } from '../rank4.ts';
import { blockName, largeKernelChannels, lastName, normName, type RealplksrOptions } from './shapes.ts';

/** Added to variances: PyTorch's default for groups, and that of traiNNer-redux for pixels. */
export const epsilon = { group: 1e-5, layer: 1e-6 };

/**
 * The trunk of RealPLKSR, neosr's variant of PLKSR (Lee et al. 2024, https://arxiv.org/abs/2404.11848) with Mish and
 * normalization. A block mixes channels by two 3x3 convolutions, convolves a part of them with a large kernel, multiplies
 * each value by an attention of its own, and adds the result to its input. The network computes the difference to the image
 * upscaled by nearest neighbor, which is added here, before the pixel shuffle.
 *
 * @param parameters by the names of `realplksrShapes`, filters `[kh, kw, I, O]`
 * @param x `[N, h, w, img_channels]` in 0..1
 * @returns `[N, h, w, img_channels * scale_factor ** 2]`
 */
export function realplksrTrunk(options: RealplksrOptions, parameters: Tensors, x: tf.Tensor4D): tf.Tensor4D {
  const convolve = convolution(parameters);
  const large = largeKernelChannels(options);
  const rest = options.dim - large;
  const scaled = (map: tf.Tensor4D, name: string): tf.Tensor4D =>
    tf.add(tf.mul(map, parameter(parameters, `${name}.weight`)), parameter(parameters, `${name}.bias`));
  const largeKernel = (map: tf.Tensor4D, name: string): tf.Tensor4D => {
    if (rest === 0) return convolve(map, name);
    const [first, second] = tf.split(map, [large, rest], 3);
    return tf.concat([convolve(rank4(first!), name), rank4(second!)], 3);
  };
  const block = (input: tf.Tensor4D, name: string): tf.Tensor4D => {
    const norm = normName(name, options);
    let map = options.layer_norm ? scaled(layerNormalized(input), norm) : input;
    map = convolve(mish(convolve(map, `${name}.channel_mixer.0`)), `${name}.channel_mixer.2`);
    map = largeKernel(map, `${name}.lk.conv`);
    if (options.use_ea) map = tf.mul(map, tf.sigmoid(convolve(map, `${name}.attn.f.0`)));
    map = convolve(map, `${name}.refine`);
    if (!options.layer_norm) map = scaled(groupNormalized(map, options.norm_groups), norm);
    return tf.add(map, input);
  };

  let map = convolve(x, 'feats.0');
  for (let index = 0; index < options.n_blocks; index++) map = block(map, blockName(index));
  return tf.add(convolve(map, lastName(options)), repeatChannels(x, options.scale_factor ** 2));
}

/**
 * The tail: the pixel shuffle.
 *
 * @param features the result of {@link realplksrTrunk}
 * @returns `[N, h * scale_factor, w * scale_factor, img_channels]`, not clamped
 */
export function realplksrTail(options: RealplksrOptions, _: Tensors, features: tf.Tensor4D): tf.Tensor4D {
  return pixelShuffle(features, options.scale_factor);
}

/**
 * Mish (Misra 2019, https://arxiv.org/abs/1908.08681): x tanh(log(1 + exp(x))). With e = exp(x) that is
 * x (e^2 + 2 e) / (e^2 + 2 e + 2), which ONNX Runtime computes several times faster. From x = 20 on the fraction is 1.
 */
function mish(x: tf.Tensor4D): tf.Tensor4D {
  const e = tf.exp(tf.minimum(x, 20));
  const numerator = tf.mul(e, tf.add(e, 2));
  return tf.mul(x, tf.div(numerator, tf.add(numerator, 2)));
}

/** Mean 0 and variance 1 over the channels of each pixel (Ba et al. 2016, https://arxiv.org/abs/1607.06450). */
function layerNormalized(x: tf.Tensor4D): tf.Tensor4D {
  return rank4(standardized(x, [3], epsilon.layer));
}

/** Mean 0 and variance 1 over the pixels and channels of each group (Wu and He 2018, https://arxiv.org/abs/1803.08494). */
function groupNormalized(x: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [n, height, width, channels] = x.shape;
  const grouped = tf.reshape(x, [n, height * width, groups, channels / groups]);
  return tf.reshape(standardized(grouped, [1, 3], epsilon.group), [n, height, width, channels]);
}

function standardized(x: tf.Tensor, axes: number[], tiny: number): tf.Tensor {
  const centered = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(centered), axes, true);
  return tf.div(centered, tf.sqrt(tf.add(variance, tiny)));
}
