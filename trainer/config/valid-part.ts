import type { RunConfig } from '../../schemas/run-config.ts';
import { isPlainObject } from '../guards/guards.ts';
import { closest } from './closest.ts';
import type { Path, Problem, Range } from './problem.ts';
import type { Finding } from './run-file.ts';
import { checkRunSchema } from './run-schema.ts';
import type { Source } from './source.ts';

/** Upper bound of validations; removing an invalid value can reveal another one. */
const rounds = 10;

/**
 * The config in the data of a run file with defaults in place of what is invalid by the schema, and one problem, without a
 * place, for each value that was removed. `undefined` if no config is left. Values may still contradict each other.
 */
export function validPart(data: unknown): { config: RunConfig; removed: Problem[] } | undefined {
  const removed: Problem[] = [];
  let text = JSON.stringify(data);
  for (let round = 0; round < rounds; round++) {
    // A fresh copy without objects that aliases share, because the check fills in defaults.
    const checked = checkRunSchema(withoutPlaces(JSON.parse(text)));
    if ('config' in checked) return { config: checked.config, removed };
    removed.push(...checked.problems);
    const rest: unknown = JSON.parse(text);
    for (const { path } of checked.problems) remove(rest, path);
    text = JSON.stringify(isPlainObject(rest) ? rest : {});
  }
  return undefined;
}

function withoutPlaces(data: unknown): Source {
  return { data, has: () => false, rangeOf: () => nowhere, rangeOfKey: () => nowhere };
}

const nowhere: Range = {
  start: { line: 1, column: 1, offset: 0 },
  end: { line: 1, column: 1, offset: 0 },
};

/** Removes the value at a path. If that is an item of a list, removes the whole list. */
function remove(data: unknown, path: Path): void {
  const firstItem = path.findIndex((step) => typeof step === 'number');
  const [key, ...rest] = firstItem < 0 ? path : path.slice(0, firstItem);
  if (key === undefined || !isPlainObject(data)) return;
  if (rest.length > 0) remove(data[key], rest);
  else Reflect.deleteProperty(data, key);
}

/**
 * Whether a finding about the valid part may be due to what was removed from it: it uses a removed value, or the
 * default of a key that an unknown one may be, misspelled or misplaced.
 */
export function mayBeFollowUp(finding: Finding, removed: readonly Problem[], source: Source): boolean {
  const { path, related = [], inputs = [path, ...related.map(([place]) => place)] } = finding;
  return removed.some((problem) =>
    inputs.some((input) =>
      problem.code === 'unknown-key'
        ? mayBeMeant(input, problem.path, source)
        : isPrefix(input, problem.path) || isPrefix(problem.path, input),
    ),
  );
}

function mayBeMeant(input: Path, unknown: Path, source: Source): boolean {
  const absent = input.findIndex((_, i) => !source.has(input.slice(0, i + 1)));
  const [key, name] = [input[absent], unknown.at(-1)];
  if (key === undefined || name === undefined) return false;
  const isInSection = absent === unknown.length - 1 && isPrefix(unknown.slice(0, -1), input);
  return (isInSection && closest(String(name), [String(key)]) !== undefined) || input.includes(name);
}

function isPrefix(start: Path, path: Path): boolean {
  return start.every((step, i) => step === path[i]);
}
