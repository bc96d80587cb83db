import { describe, expect, test } from 'vitest';
import {
  type Guard,
  isBetween,
  isBoolean,
  isCount,
  isExactly,
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isRecord,
  isString,
  isTuple,
  isUnion,
} from '../../../../trainer/guards/guards.ts';

const examples: { name: string; guard: Guard<unknown>; accepts: unknown[]; rejects: unknown[] }[] = [
  { name: 'isNumber', guard: isNumber, accepts: [-1.5, 0], rejects: [Number.NaN, Infinity, '1', null] },
  { name: 'isCount', guard: isCount, accepts: [0, 7], rejects: [-1, 0.5, 2 ** 53, '1'] },
  { name: 'isBetween', guard: isBetween(0, 1), accepts: [0, 0.5, 1], rejects: [-0.1, 1.1, Number.NaN, '0'] },
  { name: 'isOneOf', guard: isOneOf(['a', 2, true]), accepts: ['a', 2, true], rejects: ['b', '2', 1, null] },
  { name: 'isUnion', guard: isUnion(isString, isBoolean), accepts: ['', false], rejects: [0, null] },
  { name: 'isNullable', guard: isNullable(isString), accepts: ['', null], rejects: [undefined, 0] },
  { name: 'isOptional', guard: isOptional(isString), accepts: ['', undefined], rejects: [null, 0] },
  { name: 'isList', guard: isList(isCount, 2), accepts: [[], [1, 2]], rejects: [[1, 2, 3], ['1'], { 0: 1 }] },
  {
    name: 'isTuple',
    guard: isTuple(isString, isCount),
    accepts: [['a', 1]],
    rejects: [['a'], ['a', 1, 1], [1, 'a'], { 0: 'a', 1: 1 }],
  },
  { name: 'isRecord', guard: isRecord(isCount), accepts: [{}, { a: 1 }], rejects: [{ a: '1' }, [1], null] },
  {
    name: 'isObject',
    guard: isObject({ a: isCount, b: isOptional(isString) }),
    accepts: [{ a: 1 }, { a: 1, b: 'b', further: true }],
    rejects: [{}, { a: 1, b: 2 }, [1], null],
  },
  {
    name: 'isExactly',
    guard: isExactly({ a: isCount, b: isOptional(isString) }),
    accepts: [{ a: 1 }, { a: 1, b: 'b' }],
    rejects: [{}, { a: 1, further: true }, { a: 1, toString: 1 }, [1], null],
  },
];

describe.each(examples)('$name', ({ guard, accepts, rejects }) => {
  test.each(accepts.map((value) => ({ value })))('accepts $value', ({ value }) =>
    expect(guard(value)).toBe(true),
  );
  test.each(rejects.map((value) => ({ value })))('rejects $value', ({ value }) =>
    expect(guard(value)).toBe(false),
  );
});
