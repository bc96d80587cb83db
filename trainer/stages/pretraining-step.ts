import type { Step } from '../engine/engine.ts';
import { type ContentLoss, contentLoss } from '../losses/content.ts';
import { generator } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { type AdamOptions, adam } from './adam.ts';
import { differentiate, pick } from './differentiate.ts';
import { nextEma } from './ema.ts';

/** PyTorch's defaults, as in the original program. */
export const pretrainingAdam: AdamOptions = { beta1: 0.9, beta2: 0.999 };

interface PretrainingStepOptions {
  readonly generator: GeneratorOptions;
  readonly loss: ContentLoss;
  /** Names of the generator's parameters. */
  readonly parameters: readonly string[];
}

/**
 * One update of the generator alone.
 *
 * Inputs: `lr` `[N, h, w, C]`, `hr` `[N, H, W, C]`, scalars `step_size` and `epsilon` (see `adamInputs`) and, if the
 * state has an EMA, `ema_decay` (see `emaInputs`).
 * Outputs: `content_loss` and `gradient_norm` of the parameters before the update.
 */
export function pretrainingStep(options: PretrainingStepOptions): Step {
  return (inputs, state) => {
    const { lr, hr, step_size: stepSize, epsilon } = inputs;
    if (!lr || !hr || !stepSize || !epsilon) throw new Error('The pretraining step lacks an input.');
    const { loss, gradients } = differentiate(pick(state, options.parameters), (parameters) => {
      const sr = generator(options.generator, parameters, rank4(lr));
      return { loss: contentLoss(options.loss, sr, hr) };
    });
    const update = adam(pretrainingAdam, state, gradients, stepSize, epsilon);
    return {
      outputs: { content_loss: loss, gradient_norm: update.gradientNorm },
      state: { ...update.state, ...nextEma(options.parameters, state, update.state, inputs.ema_decay) },
    };
  };
}
