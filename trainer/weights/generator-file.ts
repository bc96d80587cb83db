import {
  type RecognisedGenerator,
  recogniseGenerator,
  residualScalingKey,
} from '../models/rrdb/recognise.ts';
import { type GeneratorOptions, generatorConvolutions } from '../models/rrdb/shapes.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { Metadata, TensorFile, TensorMap } from '../tensor-files/tensors.ts';

export { mismatches } from '../models/rrdb/recognise.ts';

export interface GeneratorFile {
  readonly options: GeneratorOptions;
  /** By the names of `generatorConvolutions`, filters `[O, I, 3, 3]`. */
  readonly parameters: TensorMap;
  /** What the file says about itself besides its tensors. */
  readonly metadata: Metadata;
}

/** What a file of weights says about itself besides its tensors. */
export function generatorMetadata(options: GeneratorOptions): Record<string, string> {
  return {
    architecture: 'ESRGAN',
    scale: String(options.scale_factor),
    [residualScalingKey]: String(options.residual_scaling),
  };
}

/**
 * Reads a generator from a `.safetensors` or PyTorch file with the names of ESRGAN, BasicSR, Real-ESRGAN or the
 * original program; its hyper-parameters follow from the tensors (see `recogniseGenerator`).
 *
 * @throws WorkbenchError `data` when the file is no such generator, saying what was found
 */
export function readGenerator(path: string): GeneratorFile {
  const file = openTensorFile(path);
  const recognised = recogniseGenerator(file);
  return {
    options: recognised.options,
    parameters: readParameters(file, recognised),
    metadata: file.metadata,
  };
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

function readParameters(file: TensorFile, { names, factors }: RecognisedGenerator): TensorMap {
  const parameters: TensorMap = new Map();
  for (const [name, theirs] of names) {
    const tensor = file.read(theirs);
    const factor = factors.get(name.slice(0, name.lastIndexOf('.')));
    parameters.set(
      name,
      factor === undefined ? tensor : { ...tensor, data: tensor.data.map((value) => value * factor) },
    );
  }
  return parameters;
}
