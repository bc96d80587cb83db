import * as tf from '@tensorflow/tfjs-core';

/** The value of a function, as a constant for the gradient. */
export function withoutGradient<T extends tf.Tensor>(compute: (x: tf.Tensor) => T, x: tf.Tensor): T {
  const constant = tf.customGrad((input) => {
    if (!(input instanceof tf.Tensor)) throw new Error('Expected one tensor.');
    return { value: compute(input), gradFunc: () => tf.zerosLike(input) };
  });
  return constant(x) as T;
}
