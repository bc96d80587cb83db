import { WorkbenchError } from '../../trainer/errors/errors.ts';
import {
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isString,
  isTuple,
} from '../../trainer/guards/guards.ts';
import type { TensorDifference, WeightsDifference } from '../protocol/comparison.ts';

const difference = {
  norm: isNumber,
  relative: isNullable(isNumber),
  largest: isNumber,
  notFinite: isTuple(isCount, isCount),
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
