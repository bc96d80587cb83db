import { describe, expect, test } from 'vitest';
import { columnAxis } from '../../../../media/runs-table/column-axis.ts';
import { parseFilter } from '../../../../trainer/run-table/filter.ts';
import type { Cell, Column } from '../../../../trainer/run-table/table.ts';
import { columns, rows } from '../../trainer/run-table/example-table.ts';

/** The rounded pixels of the rows a, b, c and d on an axis from 100 up to 0. */
function places(key: string) {
  const axis = columnAxis(columns, key, rows, 100, 0, 5);
  return (
    axis &&
    rows
      .map((row) => axis.position(row))
      .map((at) => (at === undefined ? '-' : Math.round(at)))
      .join(' ')
  );
}

test.each([
  // Infinite values are not drawn, nor are missing ones.
  ['psnr', '5 - 95 -'],
  ['generator.type', '75 25 75 -'],
  ['pinned', '75 75 25 75'],
  ['tags', '75 25 - -'],
  ['progress', '5 65 95 -'],
  ['gone', undefined],
])('%s', (key, expected) => expect(places(key)).toBe(expected));

test.each([
  ['psnr', 0, 50, 'a'],
  ['psnr', 100, 60, 'c'],
  ['generator.type', 50, 100, 'a c'],
  ['generator.type', 0, 100, 'a b c'],
  ['generator.type', 40, 60, undefined],
  ['pinned', 0, 50, 'c'],
  ['tags', 0, 100, 'a b'],
  ['created', 0, 100, 'a b c'],
  ['created', 0, 20, 'c'],
  ['trained', 60, 0, 'a b'],
])('a brush on %s from %d to %d', (key, from, to, expected) => {
  const expression = columnAxis(columns, key, rows, 100, 0, 5)?.filterBetween(from, to);
  const { filter } = parseFilter(expression ?? '', columns);
  expect(
    expression &&
      filter &&
      rows
        .filter(filter)
        .map(({ run }) => run)
        .join(' '),
  ).toBe(expected);
});

describe('logarithmic axes', () => {
  const axisOf = (kind: Column['kind'], values: readonly Cell[]) =>
    columnAxis(
      [{ key: 'x', kind, source: 'config' }],
      'x',
      values.map((value) => ({ run: String(value), cells: [value] })),
      0,
      100,
      5,
    );
  test.each<[Column['kind'], readonly Cell[], boolean | undefined]>([
    ['number', [1e-4, 1e-3, 1e-2], true],
    ['number', [1, 2, 4], false],
    ['number', [0, 1e-4, 1e-2], false],
    ['number', [-1, 100], false],
    ['time', [1, 1e12], false],
    ['number', [null, 'Infinity'], undefined],
  ])('%s %j: %s', (kind, values, expected) => expect(axisOf(kind, values)?.isLog).toBe(expected));

  test('more texts than can be read have no axis', () => {
    const texts = Array.from({ length: 41 }, (_, i) => `text ${i}`);
    expect(axisOf('text', texts)).toBeUndefined();
    expect(axisOf('text', texts.slice(1))?.ticks).toHaveLength(40);
  });
});
