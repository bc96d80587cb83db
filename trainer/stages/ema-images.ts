import type * as tf from '@tensorflow/tfjs-core';
import type { LossSettings } from '../config/index.ts';
import type { Tensors } from '../engine/engine.ts';
import { generator } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { emaName } from './ema.ts';

interface EmaImagesOptions {
  readonly generator: GeneratorOptions;
  /** Names of the generator's parameters. */
  readonly parameters: readonly string[];
  readonly losses: readonly LossSettings[];
}

/** The images `[N, H, W, C]` that the EMA generator makes of a batch; undefined if no loss needs them. */
export function emaImages(
  { generator: options, parameters, losses }: EmaImagesOptions,
  state: Tensors,
  lr: tf.Tensor,
): tf.Tensor4D | undefined {
  if (!losses.some(({ type }) => type === 'ldl')) return undefined;
  const weights = Object.fromEntries(parameters.map((name) => [name, state[emaName(name)]!]));
  return generator(options, weights, rank4(lr));
}
