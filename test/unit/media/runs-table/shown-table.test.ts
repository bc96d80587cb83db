import { describe, expect, test } from 'vitest';
import { filtersOfCell, withFilter } from '../../../../media/runs-table/cell-filters.ts';
import { emptyTable, mergeTable } from '../../../../media/runs-table/merge-table.ts';
import { movedOrder, nextSort, shownColumns, shownRows } from '../../../../media/runs-table/shown-table.ts';
import { initialState, restoreTableState } from '../../../../media/runs-table/table-state.ts';
import { parseFilter } from '../../../../trainer/run-table/filter.ts';
import type { SortKey } from '../../../../trainer/run-table/sort-rows.ts';
import type { Cell, Column } from '../../../../trainer/run-table/table.ts';
import { columns, rows as exampleRows } from '../../trainer/run-table/example-table.ts';

const rows = exampleRows.map((row, color) => ({ ...row, color, hasRunFile: true }));
const columnOf = (key: string): Column => {
  const column = columns.find((each) => each.key === key);
  if (column === undefined) throw new Error(key);
  return column;
};

test.each<[string, boolean, readonly SortKey[], readonly SortKey[]]>([
  ['psnr', false, [], [{ key: 'psnr', descending: true }]],
  ['psnr', false, [{ key: 'psnr', descending: true }], [{ key: 'psnr', descending: false }]],
  ['psnr', false, [{ key: 'psnr', descending: false }], []],
  ['name', false, [{ key: 'psnr', descending: true }], [{ key: 'name', descending: false }]],
  [
    'name',
    true,
    [{ key: 'psnr', descending: true }],
    [
      { key: 'psnr', descending: true },
      { key: 'name', descending: false },
    ],
  ],
  [
    'psnr',
    true,
    [
      { key: 'psnr', descending: true },
      { key: 'name', descending: false },
    ],
    [
      { key: 'psnr', descending: false },
      { key: 'name', descending: false },
    ],
  ],
  ['name', true, [{ key: 'name', descending: true }], []],
])('a click on %s (Shift: %s) after %j gives %j', (key, isAdded, before, after) =>
  expect(nextSort(before, columnOf(key), isAdded)).toEqual(after),
);

describe('columns', () => {
  const keysOf = (state: Partial<typeof initialState>) =>
    shownColumns(columns, rows, { ...initialState, ...state }).map(({ column }) => column.key);

  test.each([
    [{}, 'name progress psnr tags note created trained generator.type odd key'],
    [
      { shown: { pinned: true, psnr: false } },
      'name progress tags note pinned created trained generator.type odd key',
    ],
    [{ pinned: ['note'] }, 'name note progress psnr tags created trained generator.type odd key'],
    [{ order: ['created', 'gone'] }, 'name created progress psnr tags note trained generator.type odd key'],
  ])('%j', (state, expected) => expect(keysOf(state).join(' ')).toBe(expected));

  test('keys that are the same in all runs are hidden until they are shown', () => {
    const equal: Column = { key: 'scale_factor', kind: 'number', source: 'config', isEqual: true };
    const keys = (shown: Readonly<Record<string, boolean>>) =>
      shownColumns(
        [...columns, equal],
        rows.map((row) => ({ ...row, cells: [...row.cells, 4] })),
        { ...initialState, shown },
      ).map(({ column }) => column.key);
    expect(keys({})).not.toContain('scale_factor');
    expect(keys({ scale_factor: true })).toContain('scale_factor');
  });

  test('move past the next column that is shown', () => {
    const shown = ['name', 'psnr', 'tags'];
    const hidden = { progress: false, 'generator.type': false };
    const state = { order: movedOrder(columns, [], shown, 'psnr', 1), shown: hidden };
    expect(keysOf(state).slice(0, 3)).toEqual(['name', 'tags', 'psnr']);
    const back = movedOrder(columns, state.order, ['name', 'tags', 'psnr'], 'psnr', -1);
    expect(keysOf({ ...state, order: back }).slice(0, 3)).toEqual(['name', 'psnr', 'tags']);
    expect(movedOrder(columns, back, shown, 'tags', 1)).toBe(back);
  });
});

describe('rows', () => {
  const withArchived = {
    columns: [...columns, { key: 'archived', kind: 'boolean', source: 'run' } as const],
    rows: rows.map((row) => ({ ...row, cells: [...row.cells, row.run === 'b'] })),
  };
  const namesOf = (state: Partial<typeof initialState>) =>
    shownRows(withArchived, { ...initialState, ...state })
      .rows.map(({ run }) => run)
      .join(' ');

  test.each([
    [{}, 'c a d'],
    [{ showsArchived: true }, 'c b a d'],
    [{ filter: 'archived' }, 'b'],
    [{ filter: 'psnr > 29' }, 'a'],
    [{ sort: [{ key: 'psnr', descending: true }], showsArchived: true }, 'c b a d'],
    [{ sort: [{ key: 'name', descending: true }] }, 'c d a'],
  ])('%j', (state, expected) => expect(namesOf(state)).toBe(expected));

  test('a filter with a problem leaves the rows of the last one', () => {
    const { filter } = shownRows(withArchived, { ...initialState, filter: 'name = a' });
    const shown = shownRows(withArchived, { ...initialState, filter: 'name = ' }, filter);
    expect(shown.rows.map(({ run }) => run)).toEqual(['a']);
    expect(shown.problem?.start).toBe(7);
  });
});

test.each<[string, Cell, readonly string[]]>([
  ['generator.type', 'compact', ['generator.type = compact', 'generator.type != compact']],
  ['note', 'say "hi"', ['note = "say \\"hi\\""', 'note != "say \\"hi\\""']],
  ['tags', ['paper', 'two words'], ['tags has paper', 'tags has "two words"']],
  ['psnr', 30, ['psnr >= 30', 'psnr <= 30', 'psnr = 30', 'psnr != 30']],
  ['progress', 0.5, ['progress >= 0.5', 'progress <= 0.5']],
  ['created', Date.UTC(2030, 0, 1), ['created >= 2030-01-01T00:00:00Z', 'created <= 2030-01-01T00:00:00Z']],
  ['trained', 3600, ['trained >= 3600s', 'trained <= 3600s']],
  ['pinned', true, ['pinned = true', 'pinned != true']],
  ['psnr', null, ['psnr = none', 'psnr != none']],
  ['odd key', 2, ['"odd key" >= 2', '"odd key" <= 2', '"odd key" = 2', '"odd key" != 2']],
])('the filters of a cell of %s with %j', (key, cell, expected) => {
  const expressions = filtersOfCell(columnOf(key), cell).map(({ expression }) => expression);
  expect(expressions).toEqual(expected);
  for (const each of expressions) expect(parseFilter(each, columns).problem).toBeUndefined();
});

test.each([
  ['', 'a = 1', 'a = 1'],
  ['b = 2', 'a = 1', 'b = 2 and a = 1'],
  ['b = 2 or c', 'a = 1', '(b = 2 or c) and a = 1'],
])('%j with %j', (before, added, expected) => expect(withFilter(before, added)).toBe(expected));

test('changes of a table', () => {
  const scale: Column = { key: 'scale_factor', kind: 'number', source: 'config', isEqual: true };
  const answer = { columns, equal: [{ column: scale, cell: 4 }], isWhole: false, removed: [] };
  const whole = mergeTable(emptyTable, { ...answer, revision: '1', rows, isWhole: true });
  const withScale = (row: (typeof rows)[number]) => ({ ...row, cells: [...row.cells, 4] });
  expect(whole).toEqual({ revision: '1', columns: [...columns, scale], rows: rows.map(withScale) });
  const changed = { ...rows[0]!, cells: ['renamed'] };
  // A run of another trainer has no run file, and so no key of it.
  const added = { run: 'e', color: 1, hasRunFile: false, cells: ['e'] };
  const merged = mergeTable(whole, { ...answer, revision: '2', rows: [added, changed], removed: ['b'] });
  expect(merged.rows).toEqual([
    withScale(changed),
    whole.rows[2],
    whole.rows[3],
    { ...added, cells: ['e', null] },
  ]);
  expect(mergeTable(merged, { ...answer, revision: '3', rows: [] }).rows).toBe(merged.rows);
});

test.each([null, 3, [], { filter: 3, sort: [{ key: 1 }], shown: { a: 'yes' }, scatter: {} }])(
  'the state %j of an older version is the initial one',
  (saved) => expect(restoreTableState(saved)).toEqual(initialState),
);
