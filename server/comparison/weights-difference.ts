import { WorkbenchError } from '../../trainer/errors/errors.ts';
import {
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isString,
  type Shape,
} from '../../trainer/runs/json-shape.ts';
import type { TensorDifference, WeightsDifference } from '../protocol/comparison.ts';

const isPair: Shape<readonly [number, number]> = (value): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isCount);

const difference = {
  norm: isNumber,
  relative: isNullable(isNumber),
  largest: isNumber,
  notFinite: isPair,
  count: isCount,
};

const isDifference = isObject<WeightsDifference>({
  a: isString,
  b: isString,
  total: isObject<TensorDifference>(difference),
  tensors: isList(
    isObject<WeightsDifference['tensors'][number]>({ ...difference, name: isString, shape: isList(isCount) }),
  ),
  unmatched: isList(isString),
});

/** What changed between two checkpoints or files of weights. `ask` runs the command with these words and parses its JSON. */
export async function readWeightsDifference(
  ask: (words: readonly string[]) => Promise<unknown>,
  a: string,
  b: string,
): Promise<WeightsDifference> {
  const answer = await ask(['diff', a, b, '--json']);
  if (isDifference(answer)) return answer;
  throw new WorkbenchError(
    'internal',
    '`esrgan diff --json` gave an answer of another version. Reinstall the extension.',
  );
}
