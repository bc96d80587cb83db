import { architectureOf, type ParameterSource } from '../models/generators.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { countNotFinite } from '../tensor-files/statistics.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { Metadata, Tensor, TensorMap } from '../tensor-files/tensors.ts';
import { notFiniteError } from './not-finite.ts';
import { type FoundGenerator, recognizeGenerator } from './recognize.ts';

export interface Generator {
  readonly options: GeneratorOptions;
  /** By the names of `generatorShapes`, filters `[O, I, kh, kw]`. */
  readonly parameters: TensorMap;
}

interface GeneratorFile extends Generator {
  readonly metadata: Metadata;
}

/** Metadata of the files that this program writes. */
export function generatorMetadata(options: GeneratorOptions): Record<string, string> {
  return architectureOf(options).metadata(options);
}

/**
 * Reads a generator from a `.safetensors` or PyTorch file, in any layout of names that its architecture knows. Its
 * hyperparameters follow from the tensors.
 *
 * @throws WorkbenchError `data` if the file holds no known generator, and the message says what it holds, or if values are
 *   infinite or NaN
 */
export function readGenerator(path: string): GeneratorFile {
  const found = recognizeGenerator(openTensorFile(path));
  const parameters: TensorMap = new Map();
  for (const [name, source] of found.parameters) {
    const tensor = readParameter(found, source);
    const count = countNotFinite(tensor.data);
    if (count > 0) throw notFiniteError(path, { name: source.name, count });
    parameters.set(name, tensor);
  }
  return { options: found.options, parameters, metadata: found.file.metadata };
}

export function readParameter({ file }: FoundGenerator, { name, convert }: ParameterSource): Tensor {
  const tensor = file.read(name);
  return convert ? convert(tensor) : tensor;
}
