import { isPlainObject } from '../guards/guards.ts';

/** A key and its value in each config: undefined if a config lacks the key. */
export interface Difference {
  /** Dotted. Dots and backslashes in names are escaped with a backslash. */
  readonly key: string;
  readonly values: readonly unknown[];
}

/**
 * The keys in which configs differ, sorted. Types matter: 1 is not "1", and null is not a missing key; NaN equals NaN.
 * Lists and empty maps are compared as a whole.
 *
 * @param configs plain data, as from JSON
 */
export function diffConfigs(configs: readonly object[]): Difference[] {
  return compareConfigs(configs).filter(({ values }) => values.some((value) => !isEqual(value, values[0])));
}

/** All keys of the configs with their values, sorted. */
export function compareConfigs(configs: readonly object[]): Difference[] {
  const flat = configs.map(flattenConfig);
  const keys = [...new Set(flat.flatMap((each) => [...each.keys()]))].sort();
  return keys.map((key) => ({ key, values: flat.map((each) => each.get(key)) }));
}

/** The values of a nested config by dotted key. */
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
