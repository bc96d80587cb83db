import * as tf from '@tensorflow/tfjs-core';
import type { LossSettings } from '../config/index.ts';
import type { Tensors } from '../engine/engine.ts';
import { type GanType, ganLosses } from '../losses/adversarial.ts';
import { featureMatchingLoss } from '../losses/feature-matching.ts';
import { lossesOf } from '../losses/losses.ts';
import { r1Penalty } from '../losses/r1-penalty.ts';
import { sharpened } from '../losses/sharpening.ts';
import {
  type DiscriminatorOutput,
  discriminatorArchitecture,
} from '../models/discriminator/discriminators.ts';
import { type DiscriminatorOptions, discriminatorShapes } from '../models/discriminator/shapes.ts';
import { nextRunning } from '../models/discriminator/vgg/batch-norm.ts';
import { generator } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { trainingWeights } from '../optimizers/apply.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { differentiate, pick } from './differentiate.ts';
import { emaImages } from './ema-images.ts';
import { lossParameters } from './loss-networks.ts';
import type { GradientFunction } from './step.ts';

/** Name in the state of a parameter or statistic of the discriminator; the generator's have no prefix. */
export function discriminatorName(name: string): string {
  return `discriminator.${name}`;
}

/** Keys of the run file. */
interface FeatureMatching {
  readonly weight: number;
  readonly layers: readonly number[] | null;
}

export interface TrainingOptions {
  readonly generator: GeneratorOptions;
  /** Names of the generator's parameters. */
  readonly parameters: readonly string[];
  readonly discriminator: DiscriminatorOptions;
  /** The losses of the generator besides the adversarial one. Their networks are in the state. */
  readonly losses: readonly LossSettings[];
  readonly ganType: GanType;
  /** Whether the discriminator gets sharpened HR images as the real ones. */
  readonly isHrSharpened?: boolean;
  readonly adversarialScaling: number;
  /** Compares the discriminator's features of real and generated images, see `featureMatchingLoss`. */
  readonly featureMatching?: FeatureMatching;
  /** Factor of the R1 penalty in the discriminator's loss; 0 leaves the penalty out. */
  readonly r1Factor: number;
  readonly generatorOptimizer: Optimizer;
  readonly discriminatorOptimizer: Optimizer;
}

/**
 * The gradients of the generator and of the discriminator.
 *
 * Both are of the same networks: the discriminator is trained on the images that the generator makes before its update,
 * and the generator on the discriminator before its own. So the logits of real and generated images are the same in both,
 * and a compiled step computes them, and the generated images, once.
 *
 * Among the losses are `d_real` and `d_fake` (the ratings of `ganLosses`).
 */
export function trainingGradients(options: TrainingOptions): GradientFunction {
  const { featureMatching, r1Factor } = options;
  const ganLoss = ganLosses[options.ganType];
  const shapes = discriminatorShapes(options.discriminator);
  const { forward } = discriminatorArchitecture(options.discriminator);
  return (batch, state) => {
    const hr = rank4(batch.hr);
    const real = options.isHrSharpened ? sharpened(hr) : hr;
    const names = [...shapes.parameters.keys()];
    const withoutPrefix = (tensors: Tensors) => pick(tensors, names, discriminatorName);

    const { generatorOptimizer, discriminatorOptimizer } = options;
    const generatorWeights = trainingWeights(generatorOptimizer, state, options.parameters);
    const parameterNames = names.map(discriminatorName);
    const discriminatorWeights = trainingWeights(discriminatorOptimizer, state, parameterNames);
    const vectors = vectorsOf(options.discriminator, state, withoutPrefix(discriminatorWeights));
    const discriminate = (parameters: Tensors, images: tf.Tensor): DiscriminatorOutput =>
      forward(options.discriminator, { ...withoutPrefix(parameters), ...vectors }, rank4(images));
    const ofReal = discriminate(discriminatorWeights, real);
    const ema = emaImages(options, state, batch.lr);
    const ofGenerator = differentiate(generatorWeights, (parameters) => {
      const fake = generator(options.generator, parameters, rank4(batch.lr));
      const { total, byName } = lossesOf(options.losses, (index) => lossParameters(state, index), {
        sr: fake,
        hr,
        ema,
      });
      const ofFake = discriminate(discriminatorWeights, fake);
      const adversarial = ganLoss.generator(ofReal.logits, ofFake.logits);
      const loss = tf.add<tf.Scalar>(total, tf.mul(adversarial, options.adversarialScaling));
      const others = { ...byName, fake, g_adversarial_loss: adversarial };
      if (!featureMatching) return { loss, others };
      const matching = featureMatchingLoss(featureMatching.layers, ofReal.features, ofFake.features);
      return {
        loss: tf.add<tf.Scalar>(loss, tf.mul(matching, featureMatching.weight)),
        others: { ...others, feature_matching_loss: matching },
      };
    });
    const { fake, ...generatorLosses } = ofGenerator.others;

    const ofDiscriminator = differentiate(discriminatorWeights, (parameters) => {
      const [onReal, onFake] = [discriminate(parameters, real), discriminate(parameters, fake!)];
      const ratings = ganLoss.ratings(onReal.logits, onFake.logits);
      const adversarial = ganLoss.discriminator(onReal.logits, onFake.logits);
      const others = {
        ...runningStatistics(state, onReal, onFake),
        d_adversarial_loss: adversarial,
        d_real: ratings.real,
        d_fake: ratings.fake,
      };
      if (r1Factor === 0) return { loss: adversarial, others };
      const penalty = r1Penalty((images) => discriminate(parameters, images).logits, real);
      return {
        loss: tf.add<tf.Scalar>(adversarial, tf.mul(penalty, r1Factor)),
        others: { ...others, d_r1_penalty: penalty },
      };
    });
    const { d_adversarial_loss, d_real, d_fake, d_r1_penalty, ...statistics } = ofDiscriminator.others;

    return {
      losses: {
        g_total_loss: ofGenerator.loss,
        ...generatorLosses,
        d_adversarial_loss: d_adversarial_loss!,
        d_real: d_real!,
        d_fake: d_fake!,
        ...(d_r1_penalty && { d_r1_penalty }),
      },
      gradients: [ofGenerator.gradients, ofDiscriminator.gradients],
      statistics: { ...statistics, ...inState(vectors) },
    };
  };
}

/** The vectors of spectral normalization that all passes of the step have, and the next step starts from. */
function vectorsOf(options: DiscriminatorOptions, state: Tensors, weights: Tensors): Tensors {
  const names = [...discriminatorShapes(options).statistics.keys()];
  const statistics = pick(state, names, discriminatorName);
  return discriminatorArchitecture(options).vectors(options, { ...weights, ...statistics });
}

/** Tensors of the discriminator by their names in the state. */
function inState(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [discriminatorName(name), tensor]),
  );
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
