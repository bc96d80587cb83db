import type { ResolvedConfig } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import {
  type DiscriminatorOptions,
  discriminatorParameters,
  discriminatorStatistics,
} from '../models/discriminator/shapes.ts';
import type { GeneratorOptions } from '../models/rrdb/shapes.ts';
import { emaFile, generatorFile } from '../runs/checkpoint-files.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';
import { expectedShapes, generatorMetadata, readGenerator } from '../weights/generator-file.ts';
import { mismatch, type TrainedNetwork } from './network-state.ts';
import { discriminatorName } from './training-step.ts';

/** The generator's hyperparameters in a run file. */
export function generatorOptions(config: ResolvedConfig): GeneratorOptions {
  return { img_channels: config.img_channels, scale_factor: config.scale_factor, ...config.generator };
}

export function discriminatorOptions(config: ResolvedConfig): DiscriminatorOptions {
  return { img_channels: config.img_channels, ...config.discriminator };
}

export function generatorNetwork(config: ResolvedConfig): TrainedNetwork {
  const options = generatorOptions(config);
  return {
    file: generatorFile,
    emaFile: config.ema.decay > 0 ? emaFile : null,
    metadata: generatorMetadata(options),
    parameters: expectedShapes(options),
    statistics: new Map(),
    nameInState: (name) => name,
  };
}

export function discriminatorNetwork(config: ResolvedConfig): TrainedNetwork {
  const options = discriminatorOptions(config);
  return {
    file: 'discriminator.safetensors',
    emaFile: null,
    metadata: {},
    parameters: discriminatorParameters(options),
    statistics: discriminatorStatistics(options),
    nameInState: discriminatorName,
  };
}

/**
 * Reads the generator that a stage starts from.
 *
 * @param key that names the file in the run file
 * @throws WorkbenchError `data` if it is not the generator of the run file
 */
export function readInitialGenerator(
  config: ResolvedConfig,
  key: 'pretraining.init' | 'training.init',
  file: string,
): TensorMap {
  const { parameters } = readGenerator(file);
  const problem = mismatch(parameters, expectedShapes(generatorOptions(config)));
  if (problem) {
    throw new WorkbenchError(
      'data',
      `${key}: the generator in ${file} does not match the run file: ${problem}. Change \`generator\` and \`scale_factor\`, or choose other weights.`,
    );
  }
  return parameters;
}
