import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../config/index.ts';
import type { Optimizer } from './optimizer.ts';

/**
 * Lion (Chen et al. 2023, https://arxiv.org/abs/2302.06675, algorithm 2): the sign of a momentum, with decoupled weight
 * decay. It has no epsilon.
 */
export function lion({
  betas: [beta1 = 0, beta2 = 0],
  weight_decay: decay,
}: Pick<OptimizerSettings, 'betas' | 'weight_decay'>): Optimizer<'m', 'step_size' | 'decay'> {
  // As a plain sum, m has no factor 1 - beta2.
  const ofGradient = (1 - beta1) / (1 - beta2);
  return {
    type: 'lion',
    slots: { m: 'zeros' },
    factors: decay === 0 ? ['step_size'] : ['step_size', 'decay'],
    factorsAt(learningRate, step) {
      const rate = learningRate(step);
      return { step_size: rate, decay: rate * decay };
    },
    update({ parameter, gradient, slots, factors }) {
      const direction = tf.sign(tf.add(tf.mul(slots.m, beta1), tf.mul(gradient, ofGradient)));
      const change = tf.mul(direction, factors.step_size);
      const whole = decay === 0 ? change : tf.add(change, tf.mul(parameter, factors.decay));
      return {
        parameter: tf.sub(parameter, whole),
        slots: { m: tf.add(tf.mul(slots.m, beta2), gradient) },
      };
    },
  };
}
