import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

/**
 * TensorFlow.js's gradient of a leaky ReLU selects by `x > 0`. The gradient of that gradient passes the comparison, which
 * has none in TensorFlow.js 4.22: it is zero, because a comparison is constant almost everywhere.
 */
tf.registerGradient({
  kernelName: 'Greater',
  inputsToSave: ['a', 'b'],
  gradFunc: (_, saved) => ({ a: () => tf.zerosLike(saved[0]!), b: () => tf.zerosLike(saved[1]!) }),
});
