import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../../engine/engine.ts';
import { rank4 } from '../../rank4.ts';
import type { DiscriminatorOutput } from '../discriminators.ts';
import { batchNorm, type ChannelStatistics } from './batch-norm.ts';
import { pooledSide, type VggDiscriminatorOptions, vggBlocks, vggHead } from './shapes.ts';

/**
 * The discriminator in training: convolutions in the style of VGG, as in SRGAN (Ledig et al. 2017,
 * https://arxiv.org/abs/1609.04802, figure 4), with an adaptive average pooling before the fully connected layers, so that
 * patches can have any size. Batch normalization uses the statistics of the batch.
 *
 * @param parameters filters `[3, 3, I, O]`, matrices `[out, in]` and vectors by their names in
 *   {@link vggDiscriminatorShapes}
 * @param x `[N, H, W, img_channels]` in 0..1
 */
export function vggDiscriminator(
  options: VggDiscriminatorOptions,
  parameters: Tensors,
  x: tf.Tensor4D,
): DiscriminatorOutput {
  const parameter = (name: string): tf.Tensor => {
    const found = parameters[name];
    if (!found) throw new Error(`The discriminator has no parameter ${name}.`);
    return found;
  };
  const statistics: Record<string, ChannelStatistics> = {};
  const features: tf.Tensor4D[] = [];
  let map = x;
  for (const { name, stride, isNormalized } of vggBlocks(options)) {
    const convolved = tf.conv2d(map, rank4(parameter(`${name}.conv.weight`)), stride, 1);
    if (isNormalized) {
      const normalized = batchNorm(convolved, parameter(`${name}.bn.weight`), parameter(`${name}.bn.bias`));
      statistics[`${name}.bn`] = normalized.statistics;
      map = tf.leakyRelu(normalized.y, 0.2);
    } else {
      map = tf.leakyRelu(tf.add<tf.Tensor4D>(convolved, parameter(`${name}.conv.bias`)), 0.2);
    }
    features.push(map);
  }
  let vector = pooledFeatures(map);
  for (const { name } of vggHead(options)) {
    const product = tf.matMul(vector, parameter(`${name}.weight`), false, true);
    const sum = tf.add<tf.Tensor2D>(product, parameter(`${name}.bias`));
    vector = name === 'head.linear_out' ? sum : tf.leakyRelu(sum, 0.2);
  }
  return { logits: vector, features, statistics };
}

/**
 * Adaptive average pooling of `[N, H, W, C]` to 7x7, flattened to `[N, C * 49]` in PyTorch's order. It is linear: one
 * product with a constant matrix.
 */
function pooledFeatures(map: tf.Tensor4D): tf.Tensor2D {
  const [n, height, width, channels] = map.shape;
  const rows = tf.reshape(tf.transpose(map, [0, 3, 1, 2]), [n * channels, height * width]);
  const pooled = tf.matMul(
    rows,
    tf.tensor2d(poolingMatrix(height, width), [height * width, pooledSide ** 2]),
  );
  return tf.reshape(pooled, [n, channels * pooledSide ** 2]);
}

/** Weights `[height * width, 49]` of PyTorch's AdaptiveAvgPool2d: cell i averages floor(i*s/7) to ceil((i+1)*s/7). */
function poolingMatrix(height: number, width: number): Float32Array {
  const cells = (size: number) =>
    Array.from({ length: pooledSide }, (_, cell) => ({
      begin: Math.floor((cell * size) / pooledSide),
      end: Math.ceil(((cell + 1) * size) / pooledSide),
    }));
  const matrix = new Float32Array(height * width * pooledSide ** 2);
  for (const [row, { begin: top, end: bottom }] of cells(height).entries()) {
    for (const [column, { begin: left, end: right }] of cells(width).entries()) {
      const weight = 1 / ((bottom - top) * (right - left));
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++)
          matrix[(y * width + x) * pooledSide ** 2 + row * pooledSide + column] = weight;
    }
  }
  return matrix;
}
