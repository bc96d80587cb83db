import type { DType } from './dtypes.ts';

/** A tensor in memory: row-major, `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type TensorMap = Map<string, Tensor>;

/** A tensor in the header of a file. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A file of named tensors whose header has been read and checked. */
export interface TensorFile {
  readonly path: string;
  readonly format: 'safetensors' | 'PyTorch (zip)' | 'PyTorch (before 1.6)';
  /** Parts that were removed from the start of all names, such as `params_ema` and `module`. */
  readonly wrapper: readonly string[];
  readonly metadata: Metadata;
  readonly entries: ReadonlyMap<string, TensorInfo>;
  /** Reads one tensor, converted to 32-bit floats. Throws a `data` error if there is none with this name. */
  read(name: string): Tensor;
}

export type Metadata = Readonly<Record<string, string>>;
