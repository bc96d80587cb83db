import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedConfig } from '../config/index.ts';
import type { Arrays, Shapes, Tensors } from '../engine/engine.ts';

/** Name of a parameter's EMA (exponential moving average) in the state. */
export function emaName(parameter: string): string {
  return `ema.${parameter}`;
}

/**
 * EMA decay of a step (from 1) with warm-up, as in TensorFlow's `ExponentialMovingAverage` with `num_updates`: so the
 * EMA of a short stage forgets the initial weights.
 */
export function emaDecayAt(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/** The input of a compiled step for `nextEma`. Up to `start_step` the EMA equals the weights. `update` counts from 1. */
export function emaInputs({ decay, start_step }: ResolvedConfig['ema'], update: number): Arrays {
  const step = update - start_step;
  return { ema_decay: Float32Array.of(step > 0 ? emaDecayAt(decay, step) : 0) };
}

/** Shapes of `emaInputs`. */
export const emaInputShapes: Shapes = { ema_decay: [] };

/**
 * The EMA of parameters after an update, by names in the state.
 *
 * @param state holds the EMA before the update
 * @param next holds the parameters after the update
 * @param decay weight of the EMA before the update; a scalar
 */
export function nextEma(
  parameters: readonly string[],
  state: Tensors,
  next: Tensors,
  decay: tf.Tensor,
): Tensors {
  const weight = tf.sub(1, decay);
  return Object.fromEntries(
    parameters.map((name) => {
      const decayed = tf.mul(state[emaName(name)]!, decay);
      return [emaName(name), tf.add(decayed, tf.mul(next[name]!, weight))];
    }),
  );
}
