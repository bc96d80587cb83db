import * as tf from '@tensorflow/tfjs-core';
import type { PerceptualLossSettings } from '../config/index.ts';
import type { Step, Tensors } from '../engine/engine.ts';
import { type ContentLoss, contentLoss } from '../losses/content.ts';
import { perceptualLoss } from '../losses/perceptual.ts';
import { averageProbabilities, discriminatorLoss, generatorAdversarialLoss } from '../losses/relativistic.ts';
import { nextRunning } from '../models/batch-norm.ts';
import { discriminator, type Judgement } from '../models/discriminator.ts';
import { generator } from '../models/generator.ts';
import { rank4 } from '../models/rank4.ts';
import { type DiscriminatorOptions, discriminatorParameters } from '../models/shapes/discriminator.ts';
import type { GeneratorOptions } from '../models/shapes/generator.ts';
import { type AdamOptions, adam } from './adam.ts';
import { differentiate } from './differentiate.ts';
import { nextAverages } from './running-average.ts';

/** The original program's choice for both nets of this stage. */
export const trainingAdam: AdamOptions = { beta1: 0.9, beta2: 0.99 };

/** Name of a parameter or statistic of the discriminator in the state; the generator's have their own names. */
export function discriminatorName(name: string): string {
  return `discriminator.${name}`;
}

const vggPrefix = 'vgg.';

/** Name of a parameter of VGG in the state. */
export function vggName(name: string): string {
  return vggPrefix + name;
}

export interface TrainingStepOptions {
  readonly generator: GeneratorOptions;
  /** Names of the generator's parameters. */
  readonly parameters: readonly string[];
  readonly discriminator: DiscriminatorOptions;
  readonly contentLoss: ContentLoss;
  /** `false`: none, and the state has no VGG. */
  readonly perceptualLoss: PerceptualLossSettings | false;
  readonly contentScaling: number;
  readonly adversarialScaling: number;
}

/**
 * One update of the generator and one of the discriminator.
 *
 * Both start from the same nets: the discriminator learns from the images that the generator made before its
 * update, and the generator from the discriminator before its own. So the scores of real and generated images
 * are the same in both, and a compiled step computes them, and the generated images, once.
 *
 * Inputs: `lr` `[N, h, w, C]`, `hr` `[N, H, W, C]`, scalars `g_step_size`, `g_epsilon`, `d_step_size`,
 * `d_epsilon` and, where the state has running averages of the generator, `ema_decay` (see `averageDecay`).
 * Outputs, all of the nets before the update: the losses, `d_real` and `d_fake` (see
 * `averageProbabilities`) and the norms of both gradients.
 */
export function trainingStep(options: TrainingStepOptions): Step {
  return (inputs, state) => {
    const input = (name: string): tf.Tensor => {
      const found = inputs[name];
      if (!found) throw new Error(`The training step lacks the input ${name}.`);
      return found;
    };
    const real = rank4(input('hr'));
    const names = [...discriminatorParameters(options.discriminator).keys()];
    const judge = (parameters: Tensors, images: tf.Tensor): Judgement =>
      discriminator(options.discriminator, renamed(parameters, names, discriminatorName), rank4(images));

    const judgedReal = judge(state, real).scores;
    const ofGenerator = differentiate(renamed(state, options.parameters), (parameters) => {
      const fake = generator(options.generator, parameters, rank4(input('lr')));
      const content = contentLoss(options.contentLoss, fake, real);
      const perceptual = perceptualPart(options.perceptualLoss, state, fake, real);
      const adversarial = generatorAdversarialLoss(judgedReal, judge(state, fake).scores);
      const loss = tf.addN<tf.Scalar>([
        perceptual,
        tf.mul(content, options.contentScaling),
        tf.mul(adversarial, options.adversarialScaling),
      ]);
      return { loss, others: { fake, content, perceptual, adversarial } };
    });
    const { fake, content, perceptual, adversarial } = ofGenerator.others;

    const learning = renamed(state, names.map(discriminatorName));
    const ofDiscriminator = differentiate(learning, (parameters) => {
      const [onReal, onFake] = [judge(parameters, real), judge(parameters, fake!)];
      const probabilities = averageProbabilities(onReal.scores, onFake.scores);
      return {
        loss: discriminatorLoss(onReal.scores, onFake.scores),
        others: {
          ...runningStatistics(state, onReal, onFake),
          d_real: probabilities.real,
          d_fake: probabilities.fake,
        },
      };
    });
    const { d_real, d_fake, ...statistics } = ofDiscriminator.others;

    const g = adam(trainingAdam, state, ofGenerator.gradients, input('g_step_size'), input('g_epsilon'));
    const d = adam(trainingAdam, state, ofDiscriminator.gradients, input('d_step_size'), input('d_epsilon'));
    return {
      outputs: {
        g_total_loss: ofGenerator.loss,
        content_loss: content!,
        ...(options.perceptualLoss ? { perceptual_loss: perceptual! } : {}),
        g_adversarial_loss: adversarial!,
        d_adversarial_loss: ofDiscriminator.loss,
        d_real: d_real!,
        d_fake: d_fake!,
        g_gradient_norm: g.gradientNorm,
        d_gradient_norm: d.gradientNorm,
      },
      state: {
        ...g.state,
        ...nextAverages(options.parameters, state, g.state, inputs.ema_decay),
        ...d.state,
        ...statistics,
      },
    };
  };
}

function perceptualPart(
  settings: PerceptualLossSettings | false,
  state: Tensors,
  fake: tf.Tensor4D,
  real: tf.Tensor4D,
): tf.Scalar {
  if (!settings) return tf.scalar(0);
  const names = Object.keys(state).filter((name) => name.startsWith(vggPrefix));
  const parameters = renamed(
    state,
    names.map((name) => name.slice(vggPrefix.length)),
    vggName,
  );
  return perceptualLoss(settings, parameters, fake, real);
}

/**
 * The running statistics after the step, by their names in the state. PyTorch updates them whenever the
 * discriminator looks at a batch: at the real and the generated images for the generator's update, and again
 * for its own.
 */
function runningStatistics(state: Tensors, onReal: Judgement, onFake: Judgement): Tensors {
  const next: Record<string, tf.Tensor> = {};
  for (const name of Object.keys(onReal.statistics)) {
    const meanName = discriminatorName(`${name}.running_mean`);
    const varianceName = discriminatorName(`${name}.running_var`);
    let running = { mean: state[meanName]!, variance: state[varianceName]! };
    for (const { statistics } of [onReal, onFake, onReal, onFake])
      running = nextRunning(running, statistics[name]!);
    next[meanName] = running.mean;
    next[varianceName] = running.variance;
  }
  return next;
}

/** Some tensors by the names that a net knows them by. */
function renamed(
  from: Tensors,
  names: readonly string[],
  nameOf: (name: string) => string = (name) => name,
): Tensors {
  return Object.fromEntries(names.map((name) => [name, from[nameOf(name)]!]));
}
