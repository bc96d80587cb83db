import { parseDocument } from 'yaml';
import { flattenConfig } from '../../trainer/config/diff.ts';

/** The keys of an option file, dotted; who reads them takes them, so that what nobody took is known in the end. */
export interface Options {
  /** A number, also one that is written as a text (`1e-4` is one in YAML 1.1, as Python reads it). */
  number(key: string): number | undefined;
  text(key: string): string | undefined;
  flag(key: string): boolean | undefined;
  numbers(key: string): number[] | undefined;
  /** The last parts of all keys below one, in the order of the file. */
  names(key: string): string[];
  /** Takes these keys and all below them without looking; those that had a value other than null or false. */
  drop(...keys: readonly string[]): string[];
  /** Whether there is anything at or below a key. */
  has(key: string): boolean;
  /** Keys that nobody has taken and that say something. */
  rest(): string[];
}

/** Reads an option file; `undefined` where it is no map of YAML. */
export function readOptions(text: string): Options | undefined {
  // Their files are written for a YAML 1.1 parser: `yes` and `on` are switches there.
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
  const saysSomething = (value: unknown) => value !== null && value !== undefined && value !== false;
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
    drop: (...keys) => keys.flatMap((key) => below(key).filter((name) => saysSomething(take(name)))),
    has: (key) => below(key).length > 0,
    rest: () => [...values].flatMap(([key, value]) => (saysSomething(value) ? key : [])),
  };
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
