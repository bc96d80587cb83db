import type * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../config/index.ts';

/** The learning rate of an update, by its number, from 1. */
export type LearningRate = (step: number) => number;

/**
 * How the parameters of a network are updated. Moments are stored as plain sums, `m = beta * m + g`: the factor
 * `1 - beta` and the bias correction are in the scalar factors, which saves operations on every weight.
 */
export interface Optimizer<Slot extends string = string, Factor extends string = string> {
  readonly type: OptimizerSettings['type'];
  /** The tensors that the state holds for each parameter besides the parameter: their values before the first update. */
  readonly slots: Readonly<Record<Slot, 'zeros' | 'parameter'>>;
  /** The numbers that change from step to step: scalar inputs of the compiled step. */
  readonly factors: readonly Factor[];
  /**
   * The factors of an update, in double precision.
   *
   * @param step number of this update, from 1
   */
  factorsAt(learningRate: LearningRate, step: number): Readonly<Record<Factor, number>>;
  /**
   * The weights at which the gradient is taken; absent if they are the parameter itself. The state holds the weights
   * to validate and to save.
   */
  trainingWeights?(parameter: tf.Tensor, slots: Readonly<Record<Slot, tf.Tensor>>): tf.Tensor;
  /** One update of one parameter. */
  update(values: {
    readonly parameter: tf.Tensor;
    readonly gradient: tf.Tensor;
    readonly slots: Readonly<Record<Slot, tf.Tensor>>;
    readonly factors: Readonly<Record<Factor, tf.Tensor>>;
  }): { readonly parameter: tf.Tensor; readonly slots: Readonly<Record<Slot, tf.Tensor>> };
}
