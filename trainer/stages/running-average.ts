import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';

/** Name of a parameter's running average in the state. */
export function averageName(parameter: string): string {
  return `ema.${parameter}`;
}

/**
 * The share of the average that stays at a step (from 1 on): less at the beginning, so that a short stage's average does
 * not remember the weights that it began with. As TensorFlow's `ExponentialMovingAverage` does with `num_updates`.
 */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/**
 * The running averages after an update, by their names in the state; none without `decay`.
 *
 * @param state holds the averages so far
 * @param next holds the parameters after the update
 * @param decay share of the average that stays; a scalar
 */
export function nextAverages(
  parameters: readonly string[],
  state: Tensors,
  next: Tensors,
  decay: tf.Tensor | undefined,
): Tensors {
  if (!decay) return {};
  const share = tf.sub(1, decay);
  return Object.fromEntries(
    parameters.map((name) => {
      const average = tf.mul(state[averageName(name)]!, decay);
      return [averageName(name), tf.add(average, tf.mul(next[name]!, share))];
    }),
  );
}
