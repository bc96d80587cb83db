import { quoted } from '../errors/quoted.ts';
import type { DType } from './dtypes.ts';

/** A value in a pickle: Python's plain values, and the few of PyTorch's that files of weights contain. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleStorage
  | PickleTensor
  | PickleFunction
  | PickleUnused;

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

/** The array of numbers of which tensors are views. */
export interface PickleStorage {
  readonly kind: 'storage';
  readonly dtype: DType;
  /** Name in the file. */
  readonly key: string;
  /** First element in the storage of that name, and the number of elements. */
  readonly begin: number;
  readonly length: number;
}

/** A view of a storage: element `i, j, …` is at `offset + i * strides[0] + j * strides[1] + …`. */
export interface PickleTensor {
  readonly kind: 'tensor';
  readonly storage: PickleStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** An allowed global name of Python's, for which a function of ours is called. */
export interface PickleFunction {
  readonly kind: 'function';
  readonly name: string;
  call(args: readonly PickleValue[]): PickleValue;
}

/** A value that no reader of weights needs, such as the last score. Its content is dropped. */
interface PickleUnused {
  readonly kind: 'unused';
}

/** Whether a value is an object of this kind. */
export function isKind<K extends (PickleValue & { kind: string })['kind']>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

/** A short description of a value, for messages. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value.kind === 'function') return value.name;
  return value.kind === 'tensor' ? `a tensor of shape [${value.shape.join(', ')}]` : `a ${value.kind}`;
}
