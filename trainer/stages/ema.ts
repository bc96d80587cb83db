import * as tf from '@tensorflow/tfjs-core';
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

/** The input of a compiled step for `nextEma`; none if `decay` is 0, which means "no EMA". */
export function emaInputs(decay: number, step: number): Arrays {
  return decay > 0 ? { ema_decay: Float32Array.of(emaDecayAt(decay, step)) } : {};
}

/** Shapes of `emaInputs`. */
export function emaInputShapes(decay: number): Shapes {
  return decay > 0 ? { ema_decay: [] } : {};
}

/**
 * The EMA of parameters after an update, by names in the state; none without `decay`.
 *
 * @param state holds the EMA before the update
 * @param next holds the parameters after the update
 * @param decay weight of the EMA before the update; a scalar
 */
export function nextEma(
  parameters: readonly string[],
  state: Tensors,
  next: Tensors,
  decay: tf.Tensor | undefined,
): Tensors {
  if (!decay) return {};
  const weight = tf.sub(1, decay);
  return Object.fromEntries(
    parameters.map((name) => {
      const decayed = tf.mul(state[emaName(name)]!, decay);
      return [emaName(name), tf.add(decayed, tf.mul(next[name]!, weight))];
    }),
  );
}
