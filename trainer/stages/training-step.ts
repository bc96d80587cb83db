import * as tf from '@tensorflow/tfjs-core';
import type { PerceptualLossSettings } from '../config/index.ts';
import type { Step, Tensors } from '../engine/engine.ts';
import { type ContentLoss, contentLoss } from '../losses/content.ts';
import { perceptualLoss } from '../losses/perceptual.ts';
import { averageProbabilities, discriminatorLoss, generatorAdversarialLoss } from '../losses/relativistic.ts';
import { nextRunning } from '../models/discriminator/batch-norm.ts';
import { type DiscriminatorOutput, discriminator } from '../models/discriminator/network.ts';
import { type DiscriminatorOptions, discriminatorParameters } from '../models/discriminator/shapes.ts';
import { generator } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { type AdamOptions, adam } from './adam.ts';
import { differentiate, pick } from './differentiate.ts';
import { nextEma } from './ema.ts';

/** For both networks, as in the original program. */
export const trainingAdam: AdamOptions = { beta1: 0.9, beta2: 0.99 };

/** Name in the state of a parameter or statistic of the discriminator; the generator's have no prefix. */
export function discriminatorName(name: string): string {
  return `discriminator.${name}`;
}

const vggPrefix = 'vgg.';

/** Name in the state of a parameter of VGG. */
export function vggName(name: string): string {
  return vggPrefix + name;
}

export interface TrainingStepOptions {
  readonly generator: GeneratorOptions;
  /** Names of the generator's parameters. */
  readonly parameters: readonly string[];
  readonly discriminator: DiscriminatorOptions;
  readonly contentLoss: ContentLoss;
  /** `false`: no perceptual loss, and no VGG in the state. */
  readonly perceptualLoss: PerceptualLossSettings | false;
  readonly contentScaling: number;
  readonly adversarialScaling: number;
}

/**
 * One update of the generator and one of the discriminator.
 *
 * Both start from the same networks: the discriminator is trained on the images that the generator makes before its
 * update, and the generator on the discriminator before its own. So the logits of real and generated images are the
 * same in both, and a compiled step computes them, and the generated images, once.
 *
 * Inputs: `lr` `[N, h, w, C]`, `hr` `[N, H, W, C]`, scalars `g_step_size`, `g_epsilon`, `d_step_size`, `d_epsilon`
 * (see `adamInputs`) and, if the state has an EMA of the generator, `ema_decay` (see `emaInputs`).
 * Outputs, all of the networks before the update: the losses, `d_real` and `d_fake` (see `averageProbabilities`) and
 * the norms of both gradients.
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
    const discriminate = (parameters: Tensors, images: tf.Tensor): DiscriminatorOutput =>
      discriminator(options.discriminator, pick(parameters, names, discriminatorName), rank4(images));

    const realLogits = discriminate(state, real).logits;
    const ofGenerator = differentiate(pick(state, options.parameters), (parameters) => {
      const fake = generator(options.generator, parameters, rank4(input('lr')));
      const content = contentLoss(options.contentLoss, fake, real);
      const perceptual = perceptualPart(options.perceptualLoss, state, fake, real);
      const adversarial = generatorAdversarialLoss(realLogits, discriminate(state, fake).logits);
      const loss = tf.addN<tf.Scalar>([
        perceptual,
        tf.mul(content, options.contentScaling),
        tf.mul(adversarial, options.adversarialScaling),
      ]);
      return { loss, others: { fake, content, perceptual, adversarial } };
    });
    const { fake, content, perceptual, adversarial } = ofGenerator.others;

    const ofDiscriminator = differentiate(pick(state, names.map(discriminatorName)), (parameters) => {
      const [onReal, onFake] = [discriminate(parameters, real), discriminate(parameters, fake!)];
      const probabilities = averageProbabilities(onReal.logits, onFake.logits);
      return {
        loss: discriminatorLoss(onReal.logits, onFake.logits),
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
        ...nextEma(options.parameters, state, g.state, inputs.ema_decay),
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
  const parameters = pick(
    state,
    names.map((name) => name.slice(vggPrefix.length)),
    vggName,
  );
  return perceptualLoss(settings, parameters, fake, real);
}

/**
 * The running statistics after the step, by their names in the state. PyTorch updates them in every forward pass of
 * the discriminator: on the real and the generated images for the generator's update, and again for its own.
 */
function runningStatistics(
  state: Tensors,
  onReal: DiscriminatorOutput,
  onFake: DiscriminatorOutput,
): Tensors {
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
