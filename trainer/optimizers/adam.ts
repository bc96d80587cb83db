import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../config/index.ts';
import type { Optimizer } from './optimizer.ts';

/**
 * Adam (Kingma and Ba 2015, https://arxiv.org/abs/1412.6980, algorithm 1) as PyTorch does it: epsilon is added after
 * the bias correction of the second moment, and weight decay is part of the gradient. With `adamw`, weight decay is
 * decoupled from it (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101, algorithm 2).
 */
export function adam({
  type,
  betas: [beta1 = 0, beta2 = 0],
  eps,
  weight_decay: decay,
}: OptimizerSettings & { readonly type: 'adam' | 'adamw' }): Optimizer<
  'm' | 'v',
  'step_size' | 'epsilon' | 'decay'
> {
  const isDecoupled = type === 'adamw' && decay !== 0;
  return {
    type,
    slots: { m: 'zeros', v: 'zeros' },
    factors: isDecoupled ? ['step_size', 'epsilon', 'decay'] : ['step_size', 'epsilon'],
    factorsAt(learningRate, step) {
      const rate = learningRate(step);
      const first = (1 - beta1) / (1 - beta1 ** step);
      const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      return { step_size: (rate * first) / second, epsilon: eps / second, decay: rate * decay };
    },
    update({ parameter, gradient, slots, factors }) {
      const g = type === 'adam' && decay !== 0 ? tf.add(gradient, tf.mul(parameter, decay)) : gradient;
      const m = tf.add(tf.mul(slots.m, beta1), g);
      const v = tf.add(tf.mul(slots.v, beta2), tf.square(g));
      const direction = tf.div(m, tf.add(tf.sqrt(v), factors.epsilon));
      const change = tf.mul(direction, factors.step_size);
      const whole = isDecoupled ? tf.add(change, tf.mul(parameter, factors.decay)) : change;
      return { parameter: tf.sub(parameter, whole), slots: { m, v } };
    },
  };
}
