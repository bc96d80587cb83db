import { isPlainObject } from '../guards/guards.ts';

/** A key that runs disagree on, with each run's value: undefined where the run does not have the key. */
export interface Difference {
  /** Dotted; a dot or backslash within a name has a backslash before it. */
  readonly key: string;
  readonly values: readonly unknown[];
}

/**
 * The keys in which configs differ, in order of their names. Values are of a type: 1 is not "1", null is not a key
 * that is missing, NaN equals NaN. Lists and empty maps are values, compared as a whole.
 *
 * @param configs plain data, as from JSON; one needs at least two for a difference
 */
export function diffConfigs(configs: readonly object[]): Difference[] {
  return compareConfigs(configs).filter(({ values }) => values.some((value) => !isEqual(value, values[0])));
}

/** All keys of configs, also those that they agree on, in order of their names. */
export function compareConfigs(configs: readonly object[]): Difference[] {
  const flat = configs.map(flattenConfig);
  const keys = [...new Set(flat.flatMap((each) => [...each.keys()]))].sort();
  return keys.map((key) => ({ key, values: flat.map((each) => each.get(key)) }));
}

/** The values of a nested config by their dotted keys. */
export function flattenConfig(config: object): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  const visit = (map: object, prefix: string) => {
    for (const [name, value] of Object.entries(map)) {
      const key = prefix + name.replaceAll(/[.\\]/g, '\\$&');
      if (isPlainObject(value) && Object.keys(value).length > 0) visit(value, `${key}.`);
      else flat.set(key, value);
    }
  };
  visit(config, '');
  return flat;
}

function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, i) => isEqual(value, b[i]));
  }
  if (isPlainObject(a) && isPlainObject(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
    );
  }
  return Object.is(a, b) || (a === 0 && b === 0);
}
