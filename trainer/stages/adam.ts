import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
}

/** What changes from step to step, as scalars that the compiled step takes in. */
export interface AdamFactors {
  /** Learning rate with all corrections of both moments in it. */
  readonly stepSize: number;
  /** The small constant in the scale of the second moment as it is kept. */
  readonly epsilon: number;
}

/**
 * The moments are kept as plain sums, m = beta1 * m + g and v = beta2 * v + g^2, without Adam's factors
 * (1 - beta) and without bias correction. Both are put into these two numbers, which saves operations on
 * every weight and gives the same update.
 *
 * @param step number of this update, from 1
 */
export function adamFactors({ beta1, beta2 }: AdamOptions, learningRate: number, step: number): AdamFactors {
  const first = (1 - beta1) / (1 - beta1 ** step);
  const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return { stepSize: (learningRate * first) / second, epsilon: 1e-8 / second };
}

/** Names under which the moments of a parameter stand in the state. */
export function momentNames(parameter: string): { first: string; second: string } {
  return { first: `adam.m.${parameter}`, second: `adam.v.${parameter}` };
}

/**
 * One update of Adam (Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1) as PyTorch does
 * it: the small constant is added after the bias correction of the second moment.
 *
 * @param state holds each parameter and its two moments
 * @param gradients by parameter name
 * @returns the new parameters and moments, and the 2-norm of all gradients together
 */
export function adam(
  { beta1, beta2 }: AdamOptions,
  state: Tensors,
  gradients: Tensors,
  stepSize: tf.Tensor,
  epsilon: tf.Tensor,
): { state: Record<string, tf.Tensor>; gradientNorm: tf.Tensor } {
  const next: Record<string, tf.Tensor> = {};
  const sums: tf.Tensor[] = [];
  for (const [name, gradient] of Object.entries(gradients)) {
    const { first, second } = momentNames(name);
    const square = tf.square(gradient);
    const m = tf.add(tf.mul(state[first]!, beta1), gradient);
    const v = tf.add(tf.mul(state[second]!, beta2), square);
    const direction = tf.div(m, tf.add(tf.sqrt(v), epsilon));
    next[name] = tf.sub(state[name]!, tf.mul(direction, stepSize));
    next[first] = m;
    next[second] = v;
    sums.push(tf.sum(square));
  }
  return { state: next, gradientNorm: tf.sqrt(tf.addN(sums)) };
}
