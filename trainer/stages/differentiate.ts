import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';

/**
 * The gradients of a loss by each of some parameters, along with what was computed on the way and is wanted
 * besides.
 *
 * @param run gives the loss, a scalar, and any other tensors
 */
export function differentiate(
  parameters: Tensors,
  run: (parameters: Tensors) => { readonly loss: tf.Scalar; readonly others: Tensors },
): { loss: tf.Tensor; others: Tensors; gradients: Tensors } {
  const names = Object.keys(parameters);
  const named = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
    Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
  let kept: Tensors = {};
  const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
    const { loss, others } = run(named(values));
    // TensorFlow.js frees what a differentiated function made, but for its value.
    kept = Object.fromEntries(Object.entries(others).map(([name, tensor]) => [name, tf.keep(tensor)]));
    return loss;
  })(Object.values(parameters));
  const others = Object.fromEntries(
    Object.entries(kept).map(([name, tensor]) => {
      const copy = tf.clone(tensor);
      tensor.dispose();
      return [name, copy];
    }),
  );
  return { loss: value, others, gradients: named(grads) };
}
