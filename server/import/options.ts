import { parseDocument } from 'yaml';
import { flattenConfig } from '../../trainer/config/diff.ts';

/** The keys of an option file, dotted. Reading a key removes it, so that `rest` lists the keys that were not imported. */
export interface Options {
  /** A number, also one written as a string (YAML 1.1, and so Python, reads `1e-4` as a string). */
  number(key: string): number | undefined;
  text(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  numbers(key: string): number[] | undefined;
  /** The names of the keys directly below a key, in the order of the file. */
  names(key: string): string[];
  /** Removes keys with all keys below them. Returns those with a value other than null or false. */
  drop(...keys: readonly string[]): string[];
  /** Whether a key exists, or keys below it. */
  has(key: string): boolean;
  /** The remaining keys with a value other than null or false. */
  rest(): string[];
}

/** Parses an option file; `undefined` if it is not a YAML map. */
export function readOptions(text: string): Options | undefined {
  // BasicSR uses a YAML 1.1 parser, in which `yes` and `on` are booleans.
  const document = parseDocument(text, { version: '1.1' });
  if (document.errors.length > 0) return undefined;
  const data: unknown = document.toJS();
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  return optionsOf(flattenConfig(data));
}

function optionsOf(values: Map<string, unknown>): Options {
  const take = (key: string): unknown => {
    const value = values.get(key);
    values.delete(key);
    return value;
  };
  const below = (key: string) =>
    [...values.keys()].filter((name) => name === key || name.startsWith(`${key}.`));
  const hasValue = (value: unknown) => value !== null && value !== undefined && value !== false;
  return {
    number: (key) => numberOf(take(key)),
    text(key) {
      const value = take(key);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    },
    flag(key) {
      const value = take(key);
      return typeof value === 'boolean' ? value : undefined;
    },
    numbers(key) {
      const value = take(key);
      if (!Array.isArray(value)) return undefined;
      return value.flatMap((item: unknown) => numberOf(item) ?? []);
    },
    names(key) {
      const parts = below(key).flatMap((name) => name.slice(key.length + 1).split('.')[0] || []);
      return [...new Set(parts)];
    },
    drop: (...keys) => keys.flatMap((key) => below(key).filter((name) => hasValue(take(name)))),
    has: (key) => below(key).length > 0,
    rest: () => [...values].flatMap(([key, value]) => (hasValue(value) ? key : [])),
  };
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
