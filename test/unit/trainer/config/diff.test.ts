import { expect, test } from 'vitest';
import { compareConfigs, diffConfigs, flattenConfig } from '../../../../trainer/config/diff.ts';

test.each<[string, object, Record<string, unknown>]>([
  ['nested keys', { a: { b: { c: 1 } }, d: 'x' }, { 'a.b.c': 1, d: 'x' }],
  ['dots and backslashes in names', { 'a.b': { 'c\\': 1 } }, { 'a\\.b.c\\\\': 1 }],
  ['lists as values', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }],
  ['empty maps as values', { a: {}, b: null }, { a: {}, b: null }],
  [
    'names of properties that all objects have',
    JSON.parse('{"__proto__": {"x": 1}, "toString": 2}'),
    {
      '__proto__.x': 1,
      toString: 2,
    },
  ],
  ['nothing', {}, {}],
])('flattens %s', (_, config, expected) => {
  expect(Object.fromEntries(flattenConfig(config))).toEqual(expected);
});

test.each<[string, object[], [string, ...unknown[]][]]>([
  [
    'nothing',
    [
      { a: 1, b: [1, 2] },
      { b: [1, 2], a: 1 },
    ],
    [],
  ],
  ['a value', [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }], [['a.c', 2, 3]]],
  ['a type', [{ a: 1 }, { a: '1' }], [['a', 1, '1']]],
  ['a boolean instead of a number', [{ a: 1 }, { a: true }], [['a', 1, true]]],
  ['null and missing', [{ a: null }, {}], [['a', null, undefined]]],
  ['not NaN', [{ a: Number.NaN }, { a: Number.NaN }], []],
  ['not the sign of zero', [{ a: 0 }, { a: -0 }], []],
  ['a list by one value', [{ a: [1, 2] }, { a: [1, 3] }], [['a', [1, 2], [1, 3]]]],
  ['a list by its length', [{ a: [1] }, { a: [1, 2] }], [['a', [1], [1, 2]]]],
  ['a list by a type', [{ a: [1] }, { a: ['1'] }], [['a', [1], ['1']]]],
  ['not lists of equal maps', [{ a: [{ b: 1, c: null }] }, { a: [{ c: null, b: 1 }] }], []],
  ['maps in lists', [{ a: [{ b: 1 }] }, { a: [{ c: 1 }] }], [['a', [{ b: 1 }], [{ c: 1 }]]]],
  [
    'a value instead of a map',
    [{ a: false }, { a: { b: 1 } }],
    [
      ['a', false, undefined],
      ['a.b', undefined, 1],
    ],
  ],
  ['an empty map', [{ a: {} }, {}], [['a', {}, undefined]]],
  ['only the third', [{ a: 1 }, { a: 1 }, { a: 2 }], [['a', 1, 1, 2]]],
  [
    'in sorted order',
    [{ c: 1, a: { z: 1, b: 1 } }, {}],
    [
      ['a.b', 1, undefined],
      ['a.z', 1, undefined],
      ['c', 1, undefined],
    ],
  ],
])('finds %s', (_, configs, expected) => {
  expect(diffConfigs(configs).map(({ key, values }) => [key, ...values])).toEqual(expected);
});

test('lists equal keys too', () => {
  expect(compareConfigs([{ a: 1, b: 2 }, { a: 1 }])).toEqual([
    { key: 'a', values: [1, 1] },
    { key: 'b', values: [2, undefined] },
  ]);
});
