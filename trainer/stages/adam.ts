import * as tf from '@tensorflow/tfjs-core';
import type { Arrays, HostTensor, HostTensors, Tensors } from '../engine/engine.ts';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
}

/** The numbers that change from step to step: scalar inputs of the compiled step. */
interface AdamFactors {
  /** Learning rate, with the corrections of both moments. */
  readonly stepSize: number;
  /** Adam's epsilon, in the scale of the stored second moment. */
  readonly epsilon: number;
}

/**
 * The state stores the moments as plain sums, m = beta1 * m + g and v = beta2 * v + g^2, without Adam's factors
 * (1 - beta) and without bias correction. These two numbers contain both, which saves operations on every weight
 * and gives the same update.
 *
 * @param step number of this update, from 1
 */
export function adamFactors({ beta1, beta2 }: AdamOptions, learningRate: number, step: number): AdamFactors {
  const first = (1 - beta1) / (1 - beta1 ** step);
  const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
  return { stepSize: (learningRate * first) / second, epsilon: 1e-8 / second };
}

/** `adamFactors` as inputs of a compiled step: `step_size` and `epsilon`, each after `prefix`. */
export function adamInputs(
  options: AdamOptions,
  learningRate: number,
  step: number,
  prefix: '' | 'g_' | 'd_' = '',
): Arrays {
  const { stepSize, epsilon } = adamFactors(options, learningRate, step);
  return {
    [`${prefix}step_size`]: Float32Array.of(stepSize),
    [`${prefix}epsilon`]: Float32Array.of(epsilon),
  };
}

/** Names of a parameter's moments in the state. */
export function momentNames(parameter: string): { first: string; second: string } {
  return { first: `adam.m.${parameter}`, second: `adam.v.${parameter}` };
}

/** The moments of parameters before their first update, by names in the state. */
export function initialMoments(parameters: HostTensors): Map<string, HostTensor> {
  return new Map(
    [...parameters].flatMap(([name, { shape, data }]) =>
      Object.values(momentNames(name)).map((moment): [string, HostTensor] => [
        moment,
        { shape, data: new Float32Array(data.length) },
      ]),
    ),
  );
}

/**
 * One update of Adam (Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1) as PyTorch does it: epsilon
 * is added after the bias correction of the second moment.
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
