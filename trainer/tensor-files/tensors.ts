import type { DType } from './dtypes.ts';

/** A tensor in memory: row-major, `data.length` is the product of `shape`. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export type TensorMap = Map<string, Tensor>;

/** What a file says of a tensor before it is read. */
export interface TensorInfo {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A file of tensors by name whose header has been read and checked. */
export interface TensorFile {
  readonly path: string;
  readonly format: 'safetensors' | 'PyTorch (zip)' | 'PyTorch (before 1.6)';
  /** What stood around the names in the file: keys of dictionaries and prefixes, such as `params_ema` and `module.`. */
  readonly wrapper: readonly string[];
  readonly metadata: Metadata;
  readonly entries: ReadonlyMap<string, TensorInfo>;
  /** Reads one tensor, widened or rounded to 32-bit floats. Throws a `data` error where there is none of that name. */
  read(name: string): Tensor;
}

/** Free texts of a file, by key. */
export type Metadata = Readonly<Record<string, string>>;
