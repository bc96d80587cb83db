import {
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isString,
  isTuple,
} from '../../trainer/guards/guards.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
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

/** How the weights of two checkpoints, or two files of weights, differ. */
export function readWeightsDifference(
  programs: CommandPrograms,
  a: string,
  b: string,
): Promise<WeightsDifference> {
  return readCommandJson(programs, ['diff', a, b, '--json'], isDifference);
}
