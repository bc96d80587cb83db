import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../config/index.ts';
import type { Optimizer } from './optimizer.ts';

/**
 * Adan (Xie et al. 2022, https://arxiv.org/abs/2208.06677, algorithm 1). As in the authors' program, betas are the
 * decays of the averages (1 minus those of the paper), all averages have a bias correction, and the first difference
 * of gradients is zero. Weight decay is proximal.
 */
export function adan({
  betas: [beta1 = 0, beta2 = 0, beta3 = 0],
  eps,
  weight_decay: decay,
}: Omit<OptimizerSettings, 'type'>): Optimizer<
  'm' | 'd' | 'n' | 'g',
  'has_previous' | 'step_size' | 'difference_size' | 'epsilon' | 'decay'
> {
  const always = ['has_previous', 'step_size', 'difference_size', 'epsilon'] as const;
  return {
    type: 'adan',
    slots: { m: 'zeros', d: 'zeros', n: 'zeros', g: 'zeros' },
    factors: decay === 0 ? always : [...always, 'decay'],
    factorsAt(learningRate, step) {
      const rate = learningRate(step);
      const third = Math.sqrt((1 - beta3) / (1 - beta3 ** step));
      return {
        has_previous: step > 1 ? 1 : 0,
        step_size: (rate * (1 - beta1)) / (1 - beta1 ** step) / third,
        difference_size: (rate * beta2 * (1 - beta2)) / (1 - beta2 ** step) / third,
        epsilon: eps / third,
        // (p - change) / (1 + rate * decay), as a subtraction, which single precision rounds less.
        decay: (rate * decay) / (1 + rate * decay),
      };
    },
    update({ parameter, gradient, slots, factors }) {
      const difference = tf.mul(tf.sub(gradient, slots.g), factors.has_previous);
      const m = tf.add(tf.mul(slots.m, beta1), gradient);
      const d = tf.add(tf.mul(slots.d, beta2), difference);
      const ahead = tf.add(gradient, tf.mul(difference, beta2));
      const n = tf.add(tf.mul(slots.n, beta3), tf.square(ahead));
      const direction = tf.add(tf.mul(m, factors.step_size), tf.mul(d, factors.difference_size));
      const moved = tf.sub(parameter, tf.div(direction, tf.add(tf.sqrt(n), factors.epsilon)));
      return {
        parameter: decay === 0 ? moved : tf.sub(moved, tf.mul(moved, factors.decay)),
        slots: { m, d, n, g: gradient },
      };
    },
  };
}
