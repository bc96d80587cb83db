import type { PretrainingLoss, RunConfig } from '../../schemas/run-config.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { Path } from './problem.ts';
import type { RunFile } from './run-file.ts';
import { defaultWeightsFile, type WeightsName } from './weight-files.ts';

/** A loss of the generator, complete. Losses of both stages have the same keys. */
export type LossSettings = PretrainingLoss & {
  /** Name of its curve, `train/<name>`; each of a stage has its own. */
  readonly name: string;
};

/** Names of factors that optimizers have. */
const optimizerFactors = [
  'average',
  'decay',
  'difference_size',
  'epsilon',
  'gradient_size',
  'has_previous',
  'step_size',
];

/** Names of the curves that do not belong to a loss of the list. */
const reservedLossNames = [
  'total_loss',
  'g_total_loss',
  'g_adversarial_loss',
  'd_adversarial_loss',
  'd_real',
  'd_fake',
  'd_skipped_fraction',
  'd_r1_penalty',
  'feature_matching_loss',
  ...['', 'g_', 'd_'].flatMap((prefix) => [`${prefix}gradient_norm`, `${prefix}learning_rate`]),
];

/** Inputs of a step's program: the batch and the factors of optimizers. Its results have other names. */
const inputsOfStep = [
  'lr',
  'hr',
  ...['', 'g_', 'd_'].flatMap((prefix) => optimizerFactors.map((factor) => prefix + factor)),
];

/** Whether a loss cannot have the name: that of another curve, or of a value in a step's program (`t1`, `c1`). */
export function isReservedLossName(name: string): boolean {
  return reservedLossNames.includes(name) || inputsOfStep.includes(name) || /^[tc]\d+$/.test(name);
}

/**
 * The losses of a stage: its list, or without one those that the original's keys stand for.
 *
 * @param absolute resolves a path of the run file
 */
export function completeLosses(
  config: RunConfig,
  stage: Stage,
  absolute: (path: string) => string,
): LossSettings[] {
  const list: readonly (PretrainingLoss | LossSettings)[] = config[stage].losses ?? shorthand(config, stage);
  return named(list).map((loss) => withAbsolutePaths(loss, absolute));
}

function shorthand({ content_loss, perceptual_loss, training }: RunConfig, stage: Stage): LossSettings[] {
  const content: LossSettings = {
    type: content_loss.loss_f === 'mse' ? 'l2' : content_loss.loss_f,
    weight: stage === 'training' ? training.g_content_loss_scaling : 1,
    name: 'content_loss',
  };
  if (stage === 'pretraining' || typeof perceptual_loss !== 'object') return [content];
  return [content, { type: 'perceptual', weight: 1, name: 'perceptual_loss', ...perceptual_loss }];
}

/** Gives each loss without a name that of its type; the second one of a type is `_2`. */
function named(list: readonly (PretrainingLoss | LossSettings)[]): LossSettings[] {
  const used = new Set(list.flatMap(({ name }) => name ?? []));
  return list.map((loss) => {
    if (loss.name !== undefined) return { ...loss, name: loss.name };
    let name = `${loss.type}_loss`;
    for (let number = 2; used.has(name); number++) name = `${loss.type}_loss_${number}`;
    used.add(name);
    return { ...loss, name };
  });
}

function withAbsolutePaths(loss: LossSettings, absolute: (path: string) => string): LossSettings {
  switch (loss.type) {
    case 'perceptual':
      return { ...loss, ...(loss.weights !== undefined && { weights: absolute(loss.weights) }) };
    case 'lpips':
    case 'dists':
      return {
        ...loss,
        ...(loss.weights !== undefined && { weights: absolute(loss.weights) }),
        ...(loss.vgg_weights !== undefined && { vgg_weights: absolute(loss.vgg_weights) }),
      };
    default:
      return loss;
  }
}

/** A file of weights that a loss needs. */
export interface LossWeights {
  /** The key of the entry that names it. */
  readonly key: 'weights' | 'vgg_weights';
  /** What `esrgan weights download` calls it. */
  readonly network: WeightsName;
  /** Whether the run file names it. */
  readonly isNamed: boolean;
  readonly file: string;
}

/** The files of weights that a loss needs; none for most. */
export function lossWeights(loss: LossSettings): LossWeights[] {
  const of = (key: LossWeights['key'], network: WeightsName, file: string | undefined): LossWeights => ({
    key,
    network,
    isNamed: file !== undefined,
    file: file ?? defaultWeightsFile(network),
  });
  switch (loss.type) {
    case 'perceptual':
      return [of('weights', loss.vgg_type, loss.weights)];
    case 'lpips':
    case 'dists':
      return [of('weights', loss.type, loss.weights), of('vgg_weights', 'vgg16', loss.vgg_weights)];
    default:
      return [];
  }
}

/** The place of a loss in the text of a run file: its entry, or the section of the original that it stands for. */
export function pathOfLoss(
  run: Pick<RunFile, 'source'>,
  stage: Stage,
  index: number,
  loss: LossSettings,
): Path {
  if (run.source.has([stage, 'losses'])) return [stage, 'losses', index];
  return [loss.type === 'perceptual' ? 'perceptual_loss' : 'content_loss'];
}
