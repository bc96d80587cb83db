import type { ResolvedConfig } from '../config/index.ts';
import { createRandom } from '../data/random.ts';
import type { HostTensor, HostTensors } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { discriminatorOptions, discriminatorShapes } from '../models/discriminator/shapes.ts';
import { architectureOf } from '../models/generators.ts';
import { type GeneratorOptions, generatorOptions, generatorShapes } from '../models/shapes.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { emaFile, generatorFile } from '../runs/checkpoint-files.ts';
import { generatorMetadata, readGenerator } from '../weights/generator-file.ts';
import { mismatch, otherSetting, type TrainedNetwork } from './network-state.ts';
import { discriminatorName } from './training-step.ts';

export function generatorNetwork(
  config: ResolvedConfig,
  optimizer: Optimizer,
  optimizerKey: string,
): TrainedNetwork {
  const options = generatorOptions(config);
  return {
    file: generatorFile,
    emaFile: config.ema.decay > 0 ? emaFile : null,
    metadata: generatorMetadata(options),
    optimizer,
    optimizerKey,
    parameters: generatorShapes(options).parameters,
    statistics: new Map(),
    nameInState: (name) => name,
  };
}

export function discriminatorNetwork(config: ResolvedConfig, optimizer: Optimizer): TrainedNetwork {
  const { parameters, statistics } = discriminatorShapes(discriminatorOptions(config));
  return {
    file: 'discriminator.safetensors',
    emaFile: null,
    metadata: {},
    optimizer,
    optimizerKey: 'training.d_optimizer',
    parameters,
    statistics,
    nameInState: discriminatorName,
  };
}

/** The generator before the first update of a stage, and sentences about it for the log. */
export interface InitialGenerator {
  readonly weights: HostTensors;
  readonly notices: readonly string[];
}

/**
 * Reads the generator that a stage starts from. If it need not fit (`strict: false`), tensors of the same name and shape are
 * taken from the file, and the others are random.
 *
 * @param key that names the file in the run file
 * @throws WorkbenchError `data` if it is not the generator of the run file, or nothing of it fits
 */
export function readInitialGenerator(
  config: ResolvedConfig,
  key: 'pretraining.init' | 'training.init',
  file: string,
  isStrict: boolean,
): InitialGenerator {
  const options = generatorOptions(config);
  const expected = generatorShapes(options).parameters;
  const { parameters, options: found } = withKey(key, () => readGenerator(file));
  const refuse = (problem: string, remedy: string) =>
    new WorkbenchError(
      'data',
      `${key}: the generator in ${file} does not match the run file: ${problem}. ${remedy}`,
    );
  if (found.type !== options.type) {
    const problem = `its architecture is ${found.type}, and \`generator.type\` is ${options.type}`;
    throw refuse(problem, `Set \`${inRunFile(found)}\`, or choose other weights.`);
  }
  const setting = otherSetting(generatorMetadata(found), generatorMetadata(options));
  const tensorProblem = mismatch(parameters, expected);
  const problem = tensorProblem === undefined ? setting : (otherOptions(found, options) ?? tensorProblem);
  if (problem === undefined) return { weights: parameters, notices: [] };
  if (isStrict) {
    const partly = `take what fits with \`${key.split('.')[1]}: { from: …, strict: false }\``;
    throw refuse(problem, `Change \`generator\` and \`scale_factor\`, choose other weights, or ${partly}.`);
  }
  const fits = (name: string) => String(parameters.get(name)?.shape) === String(expected.get(name));
  const all = [...expected.keys()];
  const taken = all.filter(fits);
  const random = all.filter((name) => !fits(name));
  if (taken.length === 0) throw refuse('no tensor has the same name and shape', 'Choose other weights.');
  const weights = new Map<string, HostTensor>(
    architectureOf(options).initial(options, createRandom(config.seed, 'weights')),
  );
  for (const name of taken) weights.set(name, parameters.get(name)!);
  return {
    weights,
    notices: [
      `${key}: took ${taken.length} of ${all.length} tensors from ${file}: ${partsOf(taken, all)}.`,
      ...(random.length > 0 ? [`${key}: these are random: ${partsOf(random, all)}.`] : []),
      ...(setting === undefined ? [] : [`${key}: in that file, ${setting}.`]),
    ],
  };
}

/** Errors of a file name the key of the run file that names it. */
export function withKey<T>(key: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    throw new WorkbenchError(error.code, `${key}: ${error.message}`, { cause: error });
  }
}

/** The scale and the sizes of a generator that are not those of the run file; undefined if all are equal. */
function otherOptions(found: GeneratorOptions, options: GeneratorOptions): string | undefined {
  const expected = new Map<string, unknown>(Object.entries(options));
  const other = Object.entries(found).flatMap(([key, value]) =>
    expected.get(key) === value ? [] : [`\`${key}\` is ${value} instead of ${expected.get(key)}`],
  );
  return other.length === 0 ? undefined : other.join(', ');
}

/** Options as the key of a run file. */
function inRunFile({ img_channels: _, scale_factor: __, ...generator }: GeneratorOptions): string {
  const settings = Object.entries(generator).map(([key, value]) => `${key}: ${value}`);
  return `generator: { ${settings.join(', ')} }`;
}

/** Names of blocks and layers of which there are all tensors, and of other tensors: `conv_first, body.0, conv_up1.bias`. */
function partsOf(names: readonly string[], all: readonly string[]): string {
  const blockOf = (name: string) => /^.*?\d+(?=\.)/.exec(name)?.[0] ?? name;
  const layerOf = (name: string) => name.replace(/\.(weight|bias)$/, '');
  const others = all.filter((name) => !names.includes(name));
  const [blocks, layers] = [new Set(others.map(blockOf)), new Set(others.map(layerOf))];
  const part = (name: string) => {
    if (!blocks.has(blockOf(name))) return layerOf(blockOf(name));
    return layers.has(layerOf(name)) ? name : layerOf(name);
  };
  return [...new Set(names.map(part))].join(', ');
}
