import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerSettings } from '../config/index.ts';
import { cumulative } from './cumulative.ts';
import type { LearningRate, Optimizer } from './optimizer.ts';

/**
 * Schedule-free AdamW (Defazio et al. 2024, https://arxiv.org/abs/2405.15682, algorithm 1). The parameter is the
 * average x, which is validated and saved; the gradient is taken at y, between x and the fast weights z. Weight decay is
 * of y. The learning rate should be constant after its warm-up: the average replaces the decay.
 */
export function adamwScheduleFree({
  betas: [beta1 = 0, beta2 = 0],
  eps,
  weight_decay: decay,
}: Omit<OptimizerSettings, 'type'>): Optimizer<'z' | 'v', 'step_size' | 'decay' | 'average'> {
  const scale = Math.sqrt(1 - beta2);
  const corrected = (learningRate: LearningRate, step: number) =>
    learningRate(step) * Math.sqrt(1 - beta2 ** step);
  // The sum of the squares of all learning rates so far, of each schedule.
  const sums = new WeakMap<LearningRate, (step: number) => number>();
  const sumOf = (learningRate: LearningRate) => {
    const sum =
      sums.get(learningRate) ?? cumulative(0, (before, step) => before + corrected(learningRate, step) ** 2);
    sums.set(learningRate, sum);
    return sum;
  };
  const trainingWeights = (x: tf.Tensor, { z }: { readonly z: tf.Tensor }) =>
    tf.add(tf.mul(x, beta1), tf.mul(z, 1 - beta1));
  return {
    type: 'adamw_schedule_free',
    slots: { z: 'parameter', v: 'zeros' },
    factors: decay === 0 ? ['step_size', 'average'] : ['step_size', 'average', 'decay'],
    factorsAt(learningRate, step) {
      const rate = corrected(learningRate, step);
      return {
        step_size: rate / scale,
        decay: rate * decay,
        average: rate ** 2 / sumOf(learningRate)(step),
      };
    },
    trainingWeights,
    update({ parameter: x, gradient, slots, factors }) {
      const v = tf.add(tf.mul(slots.v, beta2), tf.square(gradient));
      const direction = tf.div(gradient, tf.add(tf.sqrt(v), eps / scale));
      const change = tf.mul(direction, factors.step_size);
      const whole = decay === 0 ? change : tf.add(change, tf.mul(trainingWeights(x, slots), factors.decay));
      const z = tf.sub(slots.z, whole);
      return { parameter: tf.add(x, tf.mul(tf.sub(z, x), factors.average)), slots: { z, v } };
    },
  };
}
