import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { type GeneratorOptions, generatorShapes } from '../models/shapes.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { Metadata } from '../tensor-files/tensors.ts';
import { readOnnxSummary } from './onnx-summary.ts';
import { recognizeGenerator } from './recognize.ts';

/** All that can be said of a file of weights. */
export interface WeightsDescription {
  readonly path: string;
  readonly bytes: number;
  /** `safetensors`, `PyTorch (zip)`, `PyTorch (before 1.6)` or `ONNX`. */
  readonly format: string;
  /** Null where the file holds no generator that we know; `reason` says what it is then. */
  readonly architecture: string | null;
  readonly reason: string | null;
  /** Whose names the tensors have. */
  readonly layout: string | null;
  readonly options: GeneratorOptions | null;
  /** Keys and prefixes around the names in the file. */
  readonly wrapper: readonly string[];
  /** Numbers in all tensors together. */
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
 * Describes a file of weights; nothing in it is run. Throws a `data` error where it cannot be read at all: another
 * architecture is a result, not an error.
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
  const maker = producer === '' ? '' : `, made by ${producer}`;
  return {
    path,
    bytes: statSync(path).size,
    format: 'ONNX',
    architecture: null,
    reason: `${path} is a program of ${operations} operations${maker}: ${inputs.join(', ')} to ${outputs.join(', ')}.`,
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
