import { readFileSync } from 'node:fs';

/**
 * Says whether a value that came from a file has the type it should have. Files of a run are written by other
 * processes, other versions and people.
 */
export type Shape<T> = (value: unknown) => value is T;

export const isString: Shape<string> = (value) => typeof value === 'string';

/** A finite number; the writer's others (NaN, infinities) stand as null in JSON. */
export const isNumber: Shape<number> = (value): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** A whole number of at least 0. */
export const isCount: Shape<number> = (value): value is number =>
  isNumber(value) && Number.isSafeInteger(value) && value >= 0;

export function isOneOf<const T extends string>(allowed: readonly T[]): Shape<T> {
  return (value): value is T => allowed.some((each) => each === value);
}

/** `T` or null, which is how the files of a run say "none". */
export function isNullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value): value is T | null => value === null || shape(value);
}

/** `T`, or a key that is absent. */
export function isOptional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value): value is T | undefined => value === undefined || shape(value);
}

export function isList<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(shape);
}

export function isRecord<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> =>
    isPlainObject(value) && Object.values(value).every(shape);
}

/** An object with at least these keys; further ones, of a newer version, are allowed. */
export function isObject<T>(shapes: { readonly [K in keyof T]: Shape<T[K]> }): Shape<T> {
  return (value): value is T => {
    if (!isPlainObject(value)) return false;
    for (const key in shapes) {
      if (!shapes[key](value[key])) return false;
    }
    return true;
  };
}

/** Neither a list nor null. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON file of that shape; undefined where there is no such file or it holds something else. */
export function readJson<T>(path: string, shape: Shape<T>): T | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return shape(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
