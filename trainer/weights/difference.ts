import { WorkbenchError } from '../errors/errors.ts';
import { generatorShapes } from '../models/shapes.ts';
import { readParameter } from './generator-file.ts';
import { type OpenedNetwork, openNetwork } from './recognize.ts';

/** Difference of two tensors, over the values that are finite in both. */
export interface TensorDifference {
  /** Euclidean norm of b - a. */
  readonly norm: number;
  /** `norm` divided by the norm of a; null if that is 0. */
  readonly relative: number | null;
  /** Largest absolute difference. */
  readonly largest: number;
  /** Number of values that are not finite, in a and in b. */
  readonly notFinite: readonly [number, number];
  /** Number of values. */
  readonly count: number;
}

/** Differences between two files of weights. */
export interface WeightsDifference {
  readonly a: string;
  readonly b: string;
  /** Of all tensors together. */
  readonly total: TensorDifference;
  /** In the network's order if the network is known, else in the order of a. */
  readonly tensors: readonly (TensorDifference & {
    readonly name: string;
    readonly shape: readonly number[];
  })[];
  /** Names of tensors that are missing in one of the files or have different shapes. */
  readonly unmatched: readonly string[];
}

/** Sums over the values of one or several tensors. */
interface Sums {
  squares: number;
  squaresOfA: number;
  largest: number;
  notFinite: [number, number];
  count: number;
}

/**
 * Compares two files of weights tensor by tensor; only one pair is in memory at a time. Generators are compared by our
 * names, whatever layouts the files have; other networks by the names in the files.
 *
 * @throws WorkbenchError `data` if a file cannot be read or they have no tensor in common
 */
export function weightsDifference(a: string, b: string): WeightsDifference {
  const sides = [openNetwork(a), openNetwork(b)] as const;
  const isGenerator = sides.every(({ generator }) => generator !== null);
  const [first, second] = [readable(sides[0], isGenerator), readable(sides[1], isGenerator)];
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
      `${a} and ${b} cannot be compared: they have no tensor of the same name and shape. \`esrgan inspect\` lists the tensors of each.`,
    );
  }
  return { a, b, total: differenceOf(total), tensors, unmatched };
}

interface Readable {
  readonly shape: readonly number[];
  read(): Float32Array;
}

/** The tensors to compare, by name: our names if both files hold generators, else the names in the files. */
function readable({ file, generator }: OpenedNetwork, isGenerator: boolean): Map<string, Readable> {
  if (!isGenerator || !generator) {
    return new Map(
      [...file.entries].map(([name, { shape }]) => [name, { shape, read: () => file.read(name).data }]),
    );
  }
  const shapes = generatorShapes(generator.options).parameters;
  return new Map(
    [...generator.parameters].map(([name, source]) => [
      name,
      { shape: shapes.get(name) ?? [], read: () => readParameter(generator, source).data },
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
