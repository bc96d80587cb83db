import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { type GeneratorOptions, generatorShapes } from '../models/shapes.ts';
import { weightFiles } from '../tensor-files/ncnn-file.ts';
import { countNotFinite } from '../tensor-files/statistics.ts';
import type { Metadata } from '../tensor-files/tensors.ts';
import type { NotFiniteTensor } from './not-finite.ts';
import { notFiniteOnnxTensors } from './onnx-not-finite.ts';
import { readOnnxSummary } from './onnx-summary.ts';
import { openNetwork } from './recognize.ts';

/** The content of a file of weights. */
export interface WeightsDescription {
  readonly path: string;
  readonly bytes: number;
  /** `safetensors`, `PyTorch (zip)`, `PyTorch (before 1.6)`, `ncnn` or `ONNX`. */
  readonly format: string;
  /** Null if the file holds no known generator; `reason` says what it holds then. */
  readonly architecture: string | null;
  readonly reason: string | null;
  /** Layout of the names of its tensors. */
  readonly layout: string | null;
  readonly options: GeneratorOptions | null;
  /** Parts that were removed from the start of all names, such as `params_ema`. */
  readonly wrapper: readonly string[];
  /** Prefixes of further generators in the file, which are not described. */
  readonly others: readonly string[];
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
  if (isOnnx(path)) return describeOnnx(path);
  const { file, generator, reason } = openNetwork(path);
  const tensors = [...file.entries].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const common = {
    path,
    bytes: weightFiles(path).reduce((sum, each) => sum + statSync(each).size, 0),
    format: file.format,
    wrapper: file.wrapper,
    ...totals(tensors),
    metadata: file.metadata,
    tensors,
  };
  if (generator === null)
    return { ...common, architecture: null, reason, layout: null, options: null, others: [] };
  const { layout, options, others } = generator;
  const { architecture } = generatorShapes(options);
  return { ...common, architecture, reason, layout, options, others };
}

/** The tensors of weights with values that are infinite or NaN, and how many. Reads all values. */
export function notFiniteTensors(path: string): NotFiniteTensor[] {
  if (isOnnx(path)) return notFiniteOnnxTensors(path);
  const { file } = openNetwork(path);
  return [...file.entries.keys()]
    .map((name) => ({ name, count: countNotFinite(file.read(name).data) }))
    .filter(({ count }) => count > 0);
}

function isOnnx(path: string): boolean {
  return extname(path).toLowerCase() === '.onnx';
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
    others: [],
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
