import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../../engine/engine.ts';
import { rank4 } from '../../rank4.ts';
import { filterName, type SpectralConvolution, vectorNames } from './shapes.ts';

/** What a discriminator with spectral normalization returns, see `DiscriminatorOutput`. */
export interface SpectralOutput {
  readonly logits: tf.Tensor4D;
  readonly features: readonly tf.Tensor4D[];
}

/** PyTorch's, of a vector's norm. */
const epsilon = 1e-12;

/**
 * Spectral normalization (Miyato et al. 2018, https://arxiv.org/abs/1802.05957): a filter as the matrix W
 * `[O, I * kh * kw]` is divided by its largest singular value, estimated as `u^T W v`. This is an iteration of the power
 * method, `v = W^T u / |W^T u|` and then `u = W v / |W v|`, as the paper has it once per update. PyTorch makes one at
 * every forward pass in training; here all passes of a step have the same u and v, so that they share their results.
 *
 * @param tensors filters `[kh, kw, I, O]` and vectors, by their names in `spectralShapes`
 * @returns the new vectors by name; they have no gradient
 */
export function nextVectors(convolutions: readonly SpectralConvolution[], tensors: Tensors): Tensors {
  const next: Record<string, tf.Tensor> = {};
  for (const convolution of convolutions.filter(({ isNormalized }) => isNormalized)) {
    const names = vectorNames(convolution);
    const matrix = matrixOf(need(tensors, filterName(convolution)));
    const v = unit(tf.matMul(column(need(tensors, names.u)), matrix, true));
    const u = unit(tf.matMul(matrix, v, false, true));
    next[names.u] = tf.reshape(u, [convolution.outputs]);
    next[names.v] = tf.reshape(v, [-1]);
  }
  return next;
}

/**
 * A function that convolves a map with the (normalized) filter and adds the bias. Gradients also pass through the estimated
 * singular value, but not through u and v.
 */
export function spectralConvolution(
  tensors: Tensors,
): (map: tf.Tensor4D, convolution: SpectralConvolution) => tf.Tensor4D {
  return (map, convolution) => {
    const { name, stride, padding, hasBias, isNormalized } = convolution;
    const filter = need(tensors, filterName(convolution));
    const normalized = isNormalized ? tf.div(filter, singularValue(filter, tensors, convolution)) : filter;
    const convolved = tf.conv2d(map, rank4(normalized), stride, padding);
    return hasBias ? tf.add<tf.Tensor4D>(convolved, need(tensors, `${name}.bias`)) : convolved;
  };
}

function singularValue(filter: tf.Tensor, tensors: Tensors, convolution: SpectralConvolution): tf.Tensor {
  const names = vectorNames(convolution);
  const [u, v] = [need(tensors, names.u), need(tensors, names.v)];
  return tf.sum(tf.mul(column(u), tf.matMul(matrixOf(filter), column(v))));
}

/** A filter `[kh, kw, I, O]` as the matrix `[O, I * kh * kw]` of PyTorch. */
function matrixOf(filter: tf.Tensor): tf.Tensor2D {
  const [height = 0, width = 0, inputs = 0, outputs = 0] = filter.shape;
  return tf.reshape(tf.transpose(filter, [3, 2, 0, 1]), [outputs, inputs * height * width]);
}

function column(vector: tf.Tensor): tf.Tensor2D {
  return tf.reshape(vector, [-1, 1]);
}

function unit(vector: tf.Tensor2D): tf.Tensor2D {
  return tf.div(vector, tf.maximum(tf.sqrt(tf.sum(tf.square(vector))), epsilon));
}

function need(tensors: Tensors, name: string): tf.Tensor {
  const found = tensors[name];
  if (!found) throw new Error(`The discriminator has no tensor ${name}.`);
  return found;
}
