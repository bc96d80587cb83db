import type { ResolvedConfig } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import {
  discriminatorOptions,
  discriminatorParameters,
  discriminatorStatistics,
} from '../models/discriminator/shapes.ts';
import { generatorOptions, generatorShapes } from '../models/shapes.ts';
import { emaFile, generatorFile } from '../runs/checkpoint-files.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';
import { generatorMetadata, readGenerator } from '../weights/generator-file.ts';
import { mismatch, type TrainedNetwork } from './network-state.ts';
import { discriminatorName } from './training-step.ts';

export function generatorNetwork(config: ResolvedConfig): TrainedNetwork {
  const options = generatorOptions(config);
  return {
    file: generatorFile,
    emaFile: config.ema.decay > 0 ? emaFile : null,
    metadata: generatorMetadata(options),
    parameters: generatorShapes(options).parameters,
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
  const problem = mismatch(parameters, generatorShapes(generatorOptions(config)).parameters);
  if (problem) {
    throw new WorkbenchError(
      'data',
      `${key}: the generator in ${file} does not match the run file: ${problem}. Change \`generator\` and \`scale_factor\`, or choose other weights.`,
    );
  }
  return parameters;
}
