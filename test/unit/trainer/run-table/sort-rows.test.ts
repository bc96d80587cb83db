import { describe, expect, test } from 'vitest';
import { groupRows, parseSort, sortRows } from '../../../../trainer/run-table/sort-rows.ts';
import type { Row } from '../../../../trainer/run-table/table.ts';
import { columns, rows } from './example-table.ts';

describe('orders', () => {
  test.each([
    ['psnr', 'c a b d'],
    ['psnr-', 'b a c d'],
    ['psnr+', 'c a b d'],
    ['generator.type,psnr-', 'a c b d'],
    ['generator.type-, name-', 'b c a d'],
    ['pinned-,name', 'c a b d'],
    ['created-', 'c b a d'],
    ['tags', 'a b c d'],
    ['tags-', 'b a c d'],
  ])('%s', (text, expected) => {
    const order = parseSort(text, columns);
    const sorted = 'keys' in order ? sortRows(rows, columns, order.keys) : [];
    expect(sorted.map(({ run }) => run).join(' ')).toBe(expected);
  });

  test('numbers in names count as numbers', () => {
    const named: Row[] = ['run-10', 'run-9', 'Run-2'].map((name) => ({ run: name, cells: [name] }));
    const sorted = sortRows(named, columns.slice(0, 1), [{ key: 'name', descending: false }]);
    expect(sorted.map(({ run }) => run)).toEqual(['Run-2', 'run-9', 'run-10']);
  });

  test('a column that does not exist is a problem', () =>
    expect(parseSort('name,size-', columns)).toEqual({
      problem:
        '`size` is not a column. The columns are `name`, `psnr`, `generator.type`, `tags`, `note`, `pinned`, `created`, `trained`, `progress`, `odd key`.',
    }));
});

test.each([
  ['generator.type', 'compact: a c | rrdb: b | : d'],
  ['tags', 'paper: a | paper,two words: b | : c d'],
  ['pinned', 'false: a b d | true: c'],
])('groups by %s', (key, expected) =>
  expect(
    groupRows(rows, columns, key)
      .map((group) => `${group.value}: ${group.rows.map(({ run }) => run).join(' ')}`)
      .join(' | '),
  ).toBe(expected),
);
