import { architectureOf, type RecognizedGenerator } from '../models/generators.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { Metadata, Tensor, TensorFile, TensorMap } from '../tensor-files/tensors.ts';
import { recognizeGenerator } from './recognize.ts';

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
 * @throws WorkbenchError `data` if the file holds no known generator; the message says what it holds
 */
export function readGenerator(path: string): GeneratorFile {
  const file = openTensorFile(path);
  const recognized = recognizeGenerator(file);
  const names = [...recognized.names.keys()];
  return {
    options: recognized.options,
    parameters: new Map(names.map((name) => [name, readParameter(file, recognized, name)])),
    metadata: file.metadata,
  };
}

/** A parameter by our name. */
export function readParameter(
  file: TensorFile,
  { names, factors }: RecognizedGenerator,
  name: string,
): Tensor {
  const { shape, data } = file.read(names.get(name)!);
  const factor = factors.get(name);
  return { shape, data: factor === undefined ? data : data.map((value) => value * factor) };
}
