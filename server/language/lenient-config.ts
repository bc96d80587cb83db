import { dirname, resolve } from 'node:path';
import { allDatasets } from '../../trainer/config/datasets.ts';
import type { Path, Range, ResolvedConfig } from '../../trainer/config/index.ts';
import { resolveConfig } from '../../trainer/config/resolve.ts';
import { checkSchema } from '../../trainer/config/schema-problems.ts';
import { isPlainObject } from '../../trainer/guards/guards.ts';
import type { RunDocument } from './document.ts';

/** More rounds than errors can hide behind one another. */
const rounds = 10;

/** Hints and lenses ask for the same documents. */
const known = new WeakMap<RunDocument, ResolvedConfig | undefined>();

/**
 * The config of a text as if what the schema does not allow were left to its default, so that one mistake does not
 * take away all that can be said of the rest. Its values may still clash. `undefined` where even that gives none.
 * Nothing on the disk is looked at.
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
    // Fresh every time: the check fills in defaults, and what aliases share must not be shared in it.
    const data: unknown = JSON.parse(text);
    const checked = checkSchema({
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

/** The data less what is at a path; of a list in which an item is wrong nothing stays. */
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
