import type { DType } from './dtypes.ts';
import type { NcnnLayer } from './ncnn-param.ts';

/** A tensor in memory: row-major, `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type TensorMap = Map<string, Tensor>;

/** Number of elements of a tensor. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** A tensor in the header of a file. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A file of named tensors whose header has been read and checked. */
export interface TensorFile {
  readonly path: string;
  readonly format: 'safetensors' | 'PyTorch (zip)' | 'PyTorch (before 1.6)' | 'NumPy (zip)' | 'ncnn';
  /** Parts that were removed from the start of all names, such as `params_ema` and `module`. */
  readonly wrapper: readonly string[];
  readonly metadata: Metadata;
  readonly entries: ReadonlyMap<string, TensorInfo>;
  /** The graph of an ncnn network, whose tensors are `<layer>.weight` and `<layer>.bias`; else undefined. */
  readonly layers?: readonly NcnnLayer[];
  /** Reads one tensor, converted to 32-bit floats. Throws a `data` error if there is none with this name. */
  read(name: string): Tensor;
}

export type Metadata = Readonly<Record<string, string>>;
