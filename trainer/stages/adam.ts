import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
}

/** What changes from step to step, as scalars that the compiled step takes in. */
export interface AdamFactors {
  /** `lr / (1 - beta1^t)` */
  readonly stepSize: number;
  /** `1 / sqrt(1 - beta2^t)` */
  readonly secondCorrection: number;
}

const epsilon = 1e-8;

/** @param step number of this update, from 1 */
export function adamFactors({ beta1, beta2 }: AdamOptions, learningRate: number, step: number): AdamFactors {
  return {
    stepSize: learningRate / (1 - beta1 ** step),
    secondCorrection: 1 / Math.sqrt(1 - beta2 ** step),
  };
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
  secondCorrection: tf.Tensor,
): { state: Record<string, tf.Tensor>; gradientNorm: tf.Tensor } {
  const next: Record<string, tf.Tensor> = {};
  const sums: tf.Tensor[] = [];
  for (const [name, gradient] of Object.entries(gradients)) {
    const { first, second } = momentNames(name);
    const square = tf.square(gradient);
    const m = tf.add(tf.mul(state[first]!, beta1), tf.mul(gradient, 1 - beta1));
    const v = tf.add(tf.mul(state[second]!, beta2), tf.mul(square, 1 - beta2));
    const denominator = tf.add(tf.mul(tf.sqrt(v), secondCorrection), epsilon);
    next[name] = tf.sub(state[name]!, tf.mul(tf.div(m, denominator), stepSize));
    next[first] = m;
    next[second] = v;
    sums.push(tf.sum(square));
  }
  return { state: next, gradientNorm: tf.sqrt(tf.addN(sums)) };
}
