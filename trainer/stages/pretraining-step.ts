import type { LossSettings } from '../config/index.ts';
import { lossesOf } from '../losses/losses.ts';
import { generator } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { trainingWeights } from '../optimizers/apply.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { differentiate } from './differentiate.ts';
import { emaImages } from './ema-images.ts';
import { lossParameters } from './loss-networks.ts';
import type { GradientFunction } from './step.ts';

interface PretrainingOptions {
  readonly generator: GeneratorOptions;
  readonly losses: readonly LossSettings[];
  readonly optimizer: Optimizer;
  /** Names of the generator's parameters. */
  readonly parameters: readonly string[];
}

/** The gradients of the generator alone. The first of the losses is the one that is minimized: the only one of the list, or `total_loss`. */
export function pretrainingGradients(options: PretrainingOptions): GradientFunction {
  return ({ lr, hr }, state) => {
    const weights = trainingWeights(options.optimizer, state, options.parameters);
    const ema = emaImages(options, state, lr);
    const { loss, others, gradients } = differentiate(weights, (parameters) => {
      const sr = generator(options.generator, parameters, rank4(lr));
      const { total, byName } = lossesOf(options.losses, (index) => lossParameters(state, index), {
        sr,
        hr: rank4(hr),
        ema,
      });
      return { loss: total, others: byName };
    });
    const isTotal = options.losses.length > 1;
    return {
      losses: { ...(isTotal ? { total_loss: loss } : {}), ...others },
      gradients: [gradients],
      statistics: {},
    };
  };
}
