import { join, resolve } from 'node:path';
import { didYouMean } from '../config/closest.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { listRuns, type RunOnDisk, readRun } from '../runs/list.ts';

/**
 * Finds a run by its name in `runsDir`, or by its path. Throws a `run` error that lists the existing runs.
 *
 * @param remedy what else the command takes
 */
export function findRun(
  runsDir: string,
  run: string,
  remedy = 'Give the path of a run, or another folder with --runs-dir.',
): RunOnDisk {
  const now = Date.now();
  const found = readRun(join(runsDir, run), now) ?? readRun(resolve(run), now);
  if (found !== undefined) return found;
  const names = listRuns(runsDir, now).map((each) => each.paths.name);
  const there = `${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length} runs)` : ''}`;
  const hint = names.length === 0 ? 'the folder has no runs' : `it has ${there}${didYouMean(run, names)}`;
  throw new WorkbenchError('run', `Run ${run} is not in ${resolve(runsDir)}: ${hint}. ${remedy}`);
}
