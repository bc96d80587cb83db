import { WorkbenchError } from '../errors/errors.ts';
import type { RecognizedGenerator } from '../models/generators.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { TensorFile } from '../tensor-files/tensors.ts';
import { readParameter } from './generator-file.ts';
import { recognizeGenerator } from './recognize.ts';

/** How far the values of b are from those of a; over the values that are finite in both. */
export interface TensorDifference {
  /** Euclidean norm of b - a. */
  readonly norm: number;
  /** `norm` over the norm of a; null where that is 0. */
  readonly relative: number | null;
  /** Largest absolute difference of two values. */
  readonly largest: number;
  /** Values that are not finite, in a and in b. */
  readonly notFinite: readonly [number, number];
  /** How many values there are. */
  readonly count: number;
}

/** What changed between two files of weights. */
export interface WeightsDifference {
  readonly a: string;
  readonly b: string;
  /** Of all tensors together. */
  readonly total: TensorDifference;
  /** In the order of the net where it is known, else of a. */
  readonly tensors: readonly (TensorDifference & {
    readonly name: string;
    readonly shape: readonly number[];
  })[];
  /** Names of tensors that only one of the files has, or that have another shape in the other. */
  readonly unmatched: readonly string[];
}

/** Sums over the values of one tensor or of many. */
interface Sums {
  squares: number;
  squaresOfA: number;
  largest: number;
  notFinite: [number, number];
  count: number;
}

/**
 * What changed between two files of weights of one net, tensor by tensor: of one at a time both sides are in memory.
 * Generators are compared by our names, whatever layout each file has; other files by the names in them.
 *
 * @throws WorkbenchError `data` where a file cannot be read or the two have no tensor in common
 */
export function weightsDifference(a: string, b: string): WeightsDifference {
  const [ours, theirs] = [openSide(a), openSide(b)];
  const isGenerator = ours.recognized !== undefined && theirs.recognized !== undefined;
  const [first, second] = [readable(ours, isGenerator), readable(theirs, isGenerator)];
  const total = noSums();
  const tensors: WeightsDifference['tensors'][number][] = [];
  const unmatched: string[] = [];
  for (const [name, { shape, read }] of first) {
    const other = second.get(name);
    if (other === undefined || String(other.shape) !== String(shape)) {
      unmatched.push(name);
      continue;
    }
    const sums = compare(read(), other.read());
    tensors.push({ name, shape, ...differenceOf(sums) });
    add(total, sums);
  }
  for (const name of second.keys()) if (!first.has(name)) unmatched.push(name);
  if (tensors.length === 0) {
    throw new WorkbenchError(
      'data',
      `${a} and ${b} have no tensor of one name and shape in common: they are no two states of one net. \`esrgan inspect\` lists what each holds.`,
    );
  }
  return { a, b, total: differenceOf(total), tensors, unmatched };
}

interface Side {
  readonly file: TensorFile;
  readonly recognized: RecognizedGenerator | undefined;
}

interface Readable {
  readonly shape: readonly number[];
  read(): Float32Array;
}

function openSide(path: string): Side {
  const file = openTensorFile(path);
  try {
    return { file, recognized: recognizeGenerator(file) };
  } catch (error) {
    // Discriminators, optimisers and nets of others are compared by their own names.
    if (error instanceof WorkbenchError) return { file, recognized: undefined };
    throw error;
  }
}

/** The tensors to compare, by name: our names if both files hold generators, else the names in the files. */
function readable({ file, recognized }: Side, isGenerator: boolean): Map<string, Readable> {
  const shapeOf = (name: string) => file.entries.get(name)?.shape ?? [];
  if (!isGenerator || !recognized) {
    const names = [...file.entries.keys()];
    return new Map(names.map((name) => [name, { shape: shapeOf(name), read: () => file.read(name).data }]));
  }
  return new Map(
    [...recognized.names].map(([name, theirs]) => [
      name,
      { shape: shapeOf(theirs), read: () => readParameter(file, recognized, name).data },
    ]),
  );
}

function compare(a: Float32Array, b: Float32Array): Sums {
  const sums = noSums();
  sums.count = a.length;
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i]!, b[i]!];
    const difference = other - one;
    if (!Number.isFinite(difference)) {
      if (!Number.isFinite(one)) sums.notFinite[0]++;
      if (!Number.isFinite(other)) sums.notFinite[1]++;
      continue;
    }
    sums.squares += difference * difference;
    sums.squaresOfA += one * one;
    sums.largest = Math.max(sums.largest, Math.abs(difference));
  }
  return sums;
}

function noSums(): Sums {
  return { squares: 0, squaresOfA: 0, largest: 0, notFinite: [0, 0], count: 0 };
}

function add(total: Sums, sums: Sums): void {
  total.squares += sums.squares;
  total.squaresOfA += sums.squaresOfA;
  total.largest = Math.max(total.largest, sums.largest);
  total.notFinite = [total.notFinite[0] + sums.notFinite[0], total.notFinite[1] + sums.notFinite[1]];
  total.count += sums.count;
}

function differenceOf({ squares, squaresOfA, largest, notFinite, count }: Sums): TensorDifference {
  const norm = Math.sqrt(squares);
  return {
    norm,
    relative: squaresOfA === 0 ? null : norm / Math.sqrt(squaresOfA),
    largest,
    notFinite,
    count,
  };
}
