import { describe, expect, test } from 'vitest';
import { configRows, formatSetting } from '../../../../../media/compare/config/config-rows.ts';

const difference = {
  files: ['/a', '/b'],
  keys: [
    { key: 'batch_size', differs: true, values: [{ value: 16 }, { value: '16' }] },
    { key: 'pretraining.lr', differs: false, values: [{ value: 1e-4 }, { value: 1e-4 }] },
    { key: 'validation', differs: true, values: [null, { value: null }] },
  ],
};

test.each([
  [{ showsAll: false, search: '' }, ['batch_size: 16 | "16"', 'validation: - | null']],
  [{ showsAll: true, search: 'lr pre' }, ['pretraining.lr: 0.0001 | 0.0001']],
  [{ showsAll: true, search: '"16"' }, ['batch_size: 16 | "16"']],
  [{ showsAll: false, search: 'lr' }, []],
])('%j', (view, expected) =>
  expect(
    configRows(difference, view).map(
      ({ key, values }) => `${key}: ${values.map((value) => value ?? '-').join(' | ')}`,
    ),
  ).toEqual(expected),
);

describe('values are formatted as YAML', () => {
  test.each([
    ['bicubic', 'bicubic'],
    ['true', '"true"'],
    ['12', '"12"'],
    ['', '""'],
    [true, 'true'],
    [null, 'null'],
    [[128, 128], '[128, 128]'],
    [['a', '1'], '[a, "1"]'],
    [{}, '{}'],
  ])('%j', (value, expected) => expect(formatSetting(value)).toBe(expected));
});
