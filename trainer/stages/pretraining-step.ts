import * as tf from '@tensorflow/tfjs-core';
import type { Step, Tensors } from '../engine/engine.ts';
import { type ContentLoss, contentLoss } from '../losses/content.ts';
import { generator } from '../models/generator.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes/generator.ts';
import { type AdamOptions, adam } from './adam.ts';
import { nextAverages } from './running-average.ts';

/** PyTorch's defaults, which the seed's pre-training uses. */
export const pretrainingAdam: AdamOptions = { beta1: 0.9, beta2: 0.999 };

export interface PretrainingStepOptions {
  readonly generator: GeneratorOptions;
  readonly loss: ContentLoss;
  /** Names of the generator's parameters. */
  readonly parameters: readonly string[];
}

/**
 * One update of the generator alone.
 *
 * Inputs: `lr` `[N, h, w, C]`, `hr` `[N, H, W, C]`, scalars `step_size`, `epsilon`
 * and, where the state has running averages of the parameters, `ema_decay` (see `averageDecay`).
 * Outputs: `content_loss` and `gradient_norm` of the parameters before the update.
 */
export function pretrainingStep(options: PretrainingStepOptions): Step {
  return (inputs, state) => {
    const { lr, hr, step_size: stepSize, epsilon } = inputs;
    if (!lr || !hr || !stepSize || !epsilon) throw new Error('The pre-training step lacks an input.');
    const loss = (...values: tf.Tensor[]) => {
      const parameters = named(options.parameters, values);
      const sr = generator(options.generator, parameters, rank4(lr));
      return contentLoss(options.loss, sr, hr);
    };
    const { value, grads } = tf.valueAndGrads(loss)(options.parameters.map((name) => state[name]!));
    const update = adam(pretrainingAdam, state, named(options.parameters, grads), stepSize, epsilon);
    const averages = nextAverages(options.parameters, state, update.state, inputs.ema_decay);
    return {
      outputs: { content_loss: value, gradient_norm: update.gradientNorm },
      state: { ...update.state, ...averages },
    };
  };
}

function named(names: readonly string[], tensors: readonly tf.Tensor[]): Tensors {
  return Object.fromEntries(names.map((name, index) => [name, tensors[index]!]));
}
