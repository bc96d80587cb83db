import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';

/**
 * The gradients of a loss with respect to parameters, with any other tensors that its computation yields.
 *
 * @param run returns the loss, a scalar, and the other tensors
 * @returns gradients by parameter name
 */
export function differentiate(
  parameters: Tensors,
  run: (parameters: Tensors) => { readonly loss: tf.Scalar; readonly others?: Tensors },
): { loss: tf.Tensor; others: Tensors; gradients: Tensors } {
  const names = Object.keys(parameters);
  const named = (tensors: readonly tf.Tensor[]): Record<string, tf.Tensor> =>
    Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
  let retained: Tensors = {};
  const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
    const { loss, others = {} } = run(named(values));
    // TensorFlow.js frees every tensor of a differentiated function except its value.
    retained = Object.fromEntries(Object.entries(others).map(([name, tensor]) => [name, tf.keep(tensor)]));
    return loss;
  })(Object.values(parameters));
  const others = Object.fromEntries(
    Object.entries(retained).map(([name, tensor]) => {
      const copy = tf.clone(tensor);
      tensor.dispose();
      return [name, copy];
    }),
  );
  return { loss: value, others, gradients: named(grads) };
}

/** Tensors of a state by their names in a network; `nameInState` maps one to the other. */
export function pick(
  state: Tensors,
  names: readonly string[],
  nameInState: (name: string) => string = (name) => name,
): Tensors {
  return Object.fromEntries(names.map((name) => [name, state[nameInState(name)]!]));
}
