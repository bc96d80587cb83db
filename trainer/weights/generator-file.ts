import { WorkbenchError } from '../errors/errors.ts';
import { type GeneratorOptions, generatorConvolutions } from '../models/generator.ts';
import { openSafetensors, type TensorMap } from './safetensors.ts';

export interface GeneratorFile {
  readonly options: GeneratorOptions;
  /** By the names of `generatorConvolutions`, filters `[O, I, 3, 3]`. */
  readonly parameters: TensorMap;
}

/** Key under which our files keep what the tensors do not show. */
export const residualScalingKey = 'residual_scaling';

/** What a file of weights says about itself besides its tensors. */
export function generatorMetadata(options: GeneratorOptions): Record<string, string> {
  return {
    architecture: 'ESRGAN',
    scale: String(options.scale_factor),
    [residualScalingKey]: String(options.residual_scaling),
  };
}

/**
 * Reads a generator from a `.safetensors` file; its hyper-parameters follow from the tensors. Only the
 * residual scaling does not: it comes from the metadata of our own files and is 0.2 elsewhere, as
 * published.
 *
 * @throws WorkbenchError `data` when the file is no such generator, saying what was found
 */
export function readGenerator(path: string): GeneratorFile {
  const file = openSafetensors(path);
  const shapes = new Map([...file.entries].map(([name, { shape }]) => [name, shape]));
  const options = recognise(path, shapes, Number(file.metadata[residualScalingKey] ?? 0.2));
  const parameters: TensorMap = new Map();
  for (const name of expectedShapes(options).keys()) parameters.set(name, file.read(name));
  return { options, parameters };
}

/** Every parameter of a generator with its shape. */
export function expectedShapes(options: GeneratorOptions): Map<string, readonly number[]> {
  return new Map(
    generatorConvolutions(options).flatMap(({ name, inputs, outputs }): [string, readonly number[]][] => [
      [`${name}.weight`, [outputs, inputs, 3, 3]],
      [`${name}.bias`, [outputs]],
    ]),
  );
}

function recognise(
  path: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  residualScaling: number,
): GeneratorOptions {
  const dimension = (name: string, axis: number) => shapes.get(name)?.[axis] ?? 0;
  const count = (name: (index: number) => string) => {
    let index = 0;
    while (shapes.has(name(index))) index++;
    return index;
  };
  const trunk = dimension('conv_first.weight', 0);
  const scale = 2 ** count((index) => `conv_up${index + 1}.weight`);
  const options = {
    img_channels: dimension('conv_last.weight', 0),
    rrdb_channels: trunk,
    growth_channels: dimension('body.0.rdb1.conv1.weight', 0),
    num_basic_blocks: count((index) => `body.${index}.rdb1.conv1.weight`),
    num_dense_blocks: count((index) => `body.0.rdb${index + 1}.conv1.weight`),
    num_residual_blocks: count((index) => `body.0.rdb1.conv${index + 1}.weight`),
    residual_scaling: residualScaling,
    use_subpixel_conv: dimension('conv_up1.weight', 0) === 4 * trunk,
  };
  if (trunk === 0 || options.num_basic_blocks === 0) {
    const [first = 'nothing'] = shapes.keys();
    throw new WorkbenchError(
      'data',
      `${path} is not an ESRGAN generator: it has no conv_first and body.0.rdb1 (its first tensor is ${first}). Use a checkpoint of a run, or a .safetensors file with BasicSR's names.`,
    );
  }
  if (scale !== 1 && scale !== 2 && scale !== 4 && scale !== 8) {
    throw new WorkbenchError('data', `${path} enlarges by ${scale}; 1, 2, 4 and 8 are supported.`);
  }
  const recognised: GeneratorOptions = { ...options, scale_factor: scale };
  const problems = mismatches(shapes, expectedShapes(recognised));
  if (problems.length > 0) {
    throw new WorkbenchError('data', `${path} is not a whole ESRGAN generator: ${problems[0]}.`);
  }
  return recognised;
}

/** In words, what is missing, surplus or of another shape. */
export function mismatches(
  found: ReadonlyMap<string, readonly number[]>,
  expected: ReadonlyMap<string, readonly number[]>,
): string[] {
  const problems: string[] = [];
  for (const [name, shape] of expected) {
    const other = found.get(name);
    if (!other) problems.push(`${name} is missing`);
    else if (String(other) !== String(shape)) problems.push(`${name} is [${other}] instead of [${shape}]`);
  }
  for (const name of found.keys()) if (!expected.has(name)) problems.push(`${name} has no place in the net`);
  return problems;
}
