import { dirname, resolve } from 'node:path';
import { allDatasets } from '../../trainer/config/datasets.ts';
import type { Path, Range, ResolvedConfig } from '../../trainer/config/index.ts';
import { resolveConfig } from '../../trainer/config/resolve.ts';
import { checkRunSchema } from '../../trainer/config/run-schema.ts';
import { isPlainObject } from '../../trainer/guards/guards.ts';
import type { RunDocument } from './document.ts';

/** Upper bound of validations; removing an error can reveal another one. */
const rounds = 10;

/** Cache, because hints and lenses use the same documents. */
const known = new WeakMap<RunDocument, ResolvedConfig | undefined>();

/**
 * The config of a text with defaults in place of invalid values, so that one mistake does not disable all hints. Values
 * may still contradict each other. `undefined` if there is no such config. Does not access the disk.
 */
export function lenientConfig(document: RunDocument): ResolvedConfig | undefined {
  const config = known.has(document) ? known.get(document) : read(document);
  known.set(document, config);
  return config;
}

function read(document: RunDocument): ResolvedConfig | undefined {
  const file = resolve(document.file);
  let text = JSON.stringify(document.data);
  for (let round = 0; round < rounds; round++) {
    // A fresh copy without objects that aliases share, because the check fills in defaults.
    const data: unknown = JSON.parse(text);
    const checked = checkRunSchema({
      data,
      has: () => false,
      rangeOf: () => nowhere,
      rangeOfKey: () => nowhere,
    });
    if ('config' in checked) {
      return resolveConfig(checked.config, file, allDatasets(checked.config, dirname(file)));
    }
    const allowed = checked.problems.reduce<unknown>(
      (rest, { path }) => without(rest, path),
      JSON.parse(text),
    );
    text = JSON.stringify(allowed);
  }
  return undefined;
}

const nowhere: Range = {
  start: { line: 1, column: 1, offset: 0 },
  end: { line: 1, column: 1, offset: 0 },
};

/** The data without the value at a path. If that is an item of a list, without the whole list. */
function without(data: unknown, path: Path): unknown {
  const firstItem = path.findIndex((step) => typeof step === 'number');
  const [key, ...rest] = firstItem < 0 ? path : path.slice(0, firstItem);
  if (key === undefined || !isPlainObject(data)) return {};
  const entries = Object.entries(data).flatMap(([name, value]): [string, unknown][] => {
    if (name !== key) return [[name, value]];
    return rest.length === 0 ? [] : [[name, without(value, rest)]];
  });
  return Object.fromEntries(entries);
}
