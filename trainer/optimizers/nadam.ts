import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../config/index.ts';
import { cumulative } from './cumulative.ts';
import type { Optimizer } from './optimizer.ts';

/** PyTorch's default of `momentum_decay`. */
const momentumDecay = 0.004;

/**
 * NAdam (Dozat 2016, https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ) as PyTorch does it, with its default
 * momentum schedule and weight decay as part of the gradient.
 */
export function nadam({
  betas: [beta1 = 0, beta2 = 0],
  eps,
  weight_decay: decay,
}: Omit<OptimizerSettings, 'type'>): Optimizer<'m' | 'v', 'gradient_size' | 'step_size' | 'epsilon'> {
  const momentum = (step: number) => beta1 * (1 - 0.5 * 0.96 ** (step * momentumDecay));
  const product = cumulative(1, (before, step) => before * momentum(step));
  return {
    type: 'nadam',
    slots: { m: 'zeros', v: 'zeros' },
    factors: ['gradient_size', 'step_size', 'epsilon'],
    factorsAt(learningRate, step) {
      const rate = learningRate(step);
      const second = Math.sqrt((1 - beta2) / (1 - beta2 ** step));
      const [mu, next] = [momentum(step), momentum(step + 1)];
      const products = product(step);
      return {
        gradient_size: (rate * (1 - mu)) / (1 - products) / second,
        step_size: (rate * next * (1 - beta1)) / (1 - products * next) / second,
        epsilon: eps / second,
      };
    },
    update({ parameter, gradient, slots, factors }) {
      const g = decay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, decay));
      const m = tf.add(tf.mul(slots.m, beta1), g);
      const v = tf.add(tf.mul(slots.v, beta2), tf.square(g));
      const direction = tf.add(tf.mul(g, factors.gradient_size), tf.mul(m, factors.step_size));
      const change = tf.div(direction, tf.add(tf.sqrt(v), factors.epsilon));
      return { parameter: tf.sub(parameter, change), slots: { m, v } };
    },
  };
}
