import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { type GeneratorOptions, generatorShapes } from '../models/shapes.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { Metadata } from '../tensor-files/tensors.ts';
import { readOnnxSummary } from './onnx-summary.ts';
import { recognizeGenerator } from './recognize.ts';

/** The content of a file of weights. */
export interface WeightsDescription {
  readonly path: string;
  readonly bytes: number;
  /** `safetensors`, `PyTorch (zip)`, `PyTorch (before 1.6)` or `ONNX`. */
  readonly format: string;
  /** Null if the file holds no known generator; `reason` says what it holds then. */
  readonly architecture: string | null;
  readonly reason: string | null;
  /** Layout of the names of its tensors. */
  readonly layout: string | null;
  readonly options: GeneratorOptions | null;
  /** Keys and prefixes that were removed from the names. */
  readonly wrapper: readonly string[];
  /** Number of elements of all tensors. */
  readonly parameters: number;
  readonly dtypes: readonly string[];
  readonly metadata: Metadata;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
}

/**
 * Describes a file of weights without executing anything in it. An unknown architecture is not an error. Throws a `data`
 * error if the file cannot be read.
 */
export function describeWeights(path: string): WeightsDescription {
  if (extname(path).toLowerCase() === '.onnx') return describeOnnx(path);
  const file = openTensorFile(path);
  const tensors = [...file.entries].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const common = {
    path,
    bytes: statSync(path).size,
    format: file.format,
    wrapper: file.wrapper,
    ...totals(tensors),
    metadata: file.metadata,
    tensors,
  };
  try {
    const { layout, options } = recognizeGenerator(file);
    return { ...common, architecture: generatorShapes(options).architecture, reason: null, layout, options };
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    return { ...common, architecture: null, reason: error.message, layout: null, options: null };
  }
}

function describeOnnx(path: string): WeightsDescription {
  const { producer, operations, inputs, outputs, tensors, metadata } = readOnnxSummary(path);
  const exporter = producer === '' ? '' : ` exported by ${producer}`;
  return {
    path,
    bytes: statSync(path).size,
    format: 'ONNX',
    architecture: null,
    reason: `${path} is a graph of ${operations} operations${exporter}: ${inputs.join(', ')} to ${outputs.join(', ')}.`,
    layout: null,
    options: null,
    wrapper: [],
    ...totals(tensors),
    metadata,
    tensors,
  };
}

function totals(tensors: readonly { dtype: string; shape: readonly number[] }[]) {
  return {
    parameters: tensors.reduce(
      (sum, { shape }) => sum + shape.reduce((product, extent) => product * extent, 1),
      0,
    ),
    dtypes: [...new Set(tensors.map(({ dtype }) => dtype))],
  };
}
