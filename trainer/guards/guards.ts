/**
 * Checks the type of a value that comes from outside the program: a file, another process, a message. Those are
 * written by other versions and by people.
 */
export type Guard<T> = (value: unknown) => value is T;

/** The type that a guard checks. */
export type Guarded<G> = G extends Guard<infer T> ? T : never;

export const isString: Guard<string> = (value) => typeof value === 'string';

export const isNull: Guard<null> = (value) => value === null;

export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';

/** A finite number. JSON has no other: NaN and the infinities are written as null. */
export const isNumber: Guard<number> = (value): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** A number in JSON, which has no infinite ones. */
export type JsonNumber = number | 'Infinity';

/** A finite number, or the text `Infinity`. */
export const isJsonNumber: Guard<JsonNumber> = (value): value is JsonNumber =>
  isNumber(value) || value === 'Infinity';

export function toJsonNumber(value: number): JsonNumber {
  return value === Number.POSITIVE_INFINITY ? 'Infinity' : value;
}

/** An integer of at least 0. */
export const isCount: Guard<number> = (value): value is number =>
  isNumber(value) && Number.isSafeInteger(value) && value >= 0;

/** A number of the closed interval from `minimum` to `maximum`. */
export function isBetween(minimum: number, maximum: number): Guard<number> {
  return (value): value is number => isNumber(value) && value >= minimum && value <= maximum;
}

export function isOneOf<const T extends string | number | boolean>(allowed: readonly T[]): Guard<T> {
  return (value): value is T => allowed.some((each) => each === value);
}

export function isUnion<T extends readonly unknown[]>(
  ...guards: { readonly [Index in keyof T]: Guard<T[Index]> }
): Guard<T[number]> {
  return (value): value is T[number] => guards.some((guard) => guard(value));
}

/** `T` or null, which means "none" in JSON. */
export function isNullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

/** `T`, or an absent key. */
export function isOptional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}

export function isList<T>(guard: Guard<T>, maximum = Number.POSITIVE_INFINITY): Guard<readonly T[]> {
  return (value): value is readonly T[] =>
    Array.isArray(value) && value.length <= maximum && value.every(guard);
}

export function isTuple<T extends readonly unknown[]>(
  ...guards: { readonly [Index in keyof T]: Guard<T[Index]> }
): Guard<T> {
  return (value): value is T =>
    Array.isArray(value) &&
    value.length === guards.length &&
    guards.every((guard, index) => guard(value[index]));
}

export function isRecord<T>(guard: Guard<T>): Guard<Readonly<Record<string, T>>> {
  return (value): value is Readonly<Record<string, T>> =>
    isPlainObject(value) && Object.values(value).every(guard);
}

/** An object with at least these keys. A newer version may write further ones. */
export function isObject<T>(guards: { readonly [Key in keyof T]: Guard<T[Key]> }): Guard<T> {
  return (value): value is T => {
    if (!isPlainObject(value)) return false;
    for (const key in guards) {
      if (!guards[key](value[key])) return false;
    }
    return true;
  };
}

/** An object with these keys and no others. */
export function isExactly<T>(guards: { readonly [Key in keyof T]-?: Guard<T[Key]> }): Guard<T> {
  const hasKeys = isObject<T>(guards);
  return (value): value is T =>
    isPlainObject(value) && hasKeys(value) && Object.keys(value).every((key) => Object.hasOwn(guards, key));
}

/** Neither a list nor null. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a text is JSON. */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
