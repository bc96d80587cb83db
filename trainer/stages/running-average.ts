import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';

/** Name of a parameter's running average in the state. */
export function averageName(parameter: string): string {
  return `ema.${parameter}`;
}

/**
 * The running averages after an update, by their names in the state; none where `decay` is 0.
 *
 * @param state holds the averages so far
 * @param next holds the parameters after the update
 * @param decay share of the average that stays
 */
export function nextAverages(
  parameters: readonly string[],
  state: Tensors,
  next: Tensors,
  decay: number,
): Tensors {
  if (decay === 0) return {};
  return Object.fromEntries(
    parameters.map((name) => {
      const average = tf.mul(state[averageName(name)]!, decay);
      return [averageName(name), tf.add(average, tf.mul(next[name]!, 1 - decay))];
    }),
  );
}
