import { basename, dirname } from 'node:path';
import {
  isBoolean,
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isRecord,
  isString,
  isUnion,
} from '../../trainer/guards/guards.ts';
import { listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { parseObject, unexpectedOutput } from '../command/run-command.ts';
import type { TensorValues, WeightsReport } from '../protocol/upscaling.ts';

type Described = Omit<WeightsReport, 'checkpoint'>;

const isDescribed = isObject<Described>({
  path: isString,
  bytes: isCount,
  sha256: isString,
  format: isString,
  architecture: isNullable(isString),
  reason: isNullable(isString),
  layout: isNullable(isString),
  options: isNullable(isRecord(isUnion(isNumber, isBoolean))),
  wrapper: isList(isString),
  parameters: isCount,
  metadata: isRecord(isString),
  tensors: isList(
    isObject<WeightsReport['tensors'][number]>({ name: isString, dtype: isString, shape: isList(isCount) }),
  ),
});
const isTensorValues = isObject<TensorValues>({
  name: isString,
  count: isCount,
  notFinite: isCount,
  mean: isNullable(isNumber),
  deviation: isNullable(isNumber),
  least: isNullable(isNumber),
  largest: isNullable(isNumber),
  norm: isNumber,
});

/** Runs `esrgan inspect` with these words and gives what it prints; rejects with its own message. */
export type Inspect = (words: readonly string[]) => Promise<string>;

/** What a file of weights is, and where it comes from. */
export async function weightsReport(inspect: Inspect, file: string): Promise<WeightsReport> {
  const described = parseObject(await inspect(['--json', '--', file]));
  if (!isDescribed(described)) throw unexpectedOutput('inspect');
  return { ...described, checkpoint: checkpointOf(file, described.sha256) };
}

/** The values of its tensors. */
export async function tensorValues(inspect: Inspect, file: string): Promise<TensorValues[]> {
  const printed = await inspect(['--values', '--json', '--', file]);
  return printed.split('\n').flatMap((line) => {
    const values = parseObject(line);
    return isTensorValues(values) ? [values] : [];
  });
}

/** The checkpoint in whose folder a file lies. */
export function checkpointOf(file: string, sha256: string): WeightsReport['checkpoint'] {
  const path = dirname(file);
  const run = dirname(dirname(path));
  const found = listCheckpoints(runPaths(run)).find((checkpoint) => checkpoint.path === path);
  if (found === undefined) return null;
  const { stage, step, metrics, files } = found.state;
  const written = files[basename(file)]?.sha256;
  return { run, path, stage, step, metrics, isIntact: written === undefined ? null : written === sha256 };
}
