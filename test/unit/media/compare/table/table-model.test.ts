import { describe, expect, test } from 'vitest';
import {
  describeMissing,
  formatDelta,
  formatMetric,
  formatStep,
  groupLetter,
  isBetter,
  missingEvaluations,
  tableOf,
} from '../../../../../media/compare/table/table-model.ts';
import {
  inOrder,
  moved,
  nextSort,
  shownColumns,
  shownRows,
  type TableView,
} from '../../../../../media/compare/table/table-view.ts';
import type {
  Comparison,
  ComparisonCell,
  ComparisonMetric,
} from '../../../../../server/protocol/comparison.ts';

const psnr: ComparisonMetric = { name: 'psnr', title: 'PSNR dB', digits: 3, better: 'higher' };
const distance: ComparisonMetric = { name: 'distance', title: 'distance', digits: 4, better: 'lower' };

function computed(
  values: Record<string, number | null>,
  group = 0,
  range: Record<string, [number, number]> | null = null,
): ComparisonCell {
  return {
    state: 'computed',
    result: { group, values, range, delta: {}, best: [], belowBicubic: [], images: 5, file: null },
  };
}

const missing: ComparisonCell = { state: 'missing' };
const none: ComparisonCell = { state: 'none' };

/** A comparison of runs with one model each, a row for each line of cells. */
function comparison(rows: readonly (readonly ComparisonCell[])[]): Comparison {
  const column = (protocol: string, metric: ComparisonMetric, testSet: string | null) => ({
    id: `set5|${protocol}`,
    kind: 'evaluation' as const,
    data: 'set5',
    protocol,
    description: '',
    testSet,
    metrics: [metric],
    groups: [],
    warning: null,
  });
  return {
    runs: rows.map((_, i) => ({ run: `/r${i}`, name: `run ${i}`, color: i, kind: 'esrgan', scale: 4 })),
    columns: [column('paper-y', psnr, '/sets/set5'), column('seed', distance, '/sets/set5')],
    rows: rows.map((cells, i) => ({
      id: `r${i}`,
      run: `/r${i}`,
      isReference: false,
      choice: 0,
      label: i % 2 ? 'ESRGAN' : 'PSNR',
      checkpoints: [{ stage: 'pretraining', step: 1000 * (i + 1) }],
      model: { run: `/r${i}`, checkpoint: `/r${i}/c`, interpolatedWith: null },
      cells,
    })),
    warnings: [],
    published: [
      { title: 'theirs', note: 'single images', data: 'Set5', protocol: 'seed', psnr: 32.47, ssim: 0.9335 },
    ],
  };
}

const plain: TableView = {
  sort: null,
  filter: '',
  hiddenRows: [],
  hiddenColumns: [],
  rowOrder: [],
  columnOrder: [],
};

/** Ids of the rows that are shown. */
function rowsOf(rows: readonly (readonly ComparisonCell[])[], view: Partial<TableView>): string {
  return shownRows(tableOf(comparison(rows), false), { ...plain, ...view })
    .map(({ id }) => id)
    .join(' ');
}

const values = [
  [computed({ psnr: 28 }), computed({ distance: 0.3 })],
  [computed({ psnr: 31 }), computed({ distance: 0.1 })],
  [missing, none],
  [computed({ psnr: 40 }, 1), computed({ distance: 0.2 })],
  [computed({ psnr: null }), missing],
];

describe('rows', () => {
  test.each<[name: string, view: Partial<TableView>, expected: string]>([
    ['initially', {}, 'r0 r1 r2 r3 r4'],
    ['highest PSNR first, then other groups, then missing', by('psnr', true), 'r4 r1 r0 r3 r2'],
    ['lowest PSNR first', by('psnr', false), 'r0 r1 r4 r3 r2'],
    ['best distance first: the lowest', by('distance', true), 'r1 r3 r0 r2 r4'],
    ['worst distance first', by('distance', false), 'r0 r3 r1 r2 r4'],
    [
      'sorted by a column that no longer exists',
      { sort: { column: 'x', metric: 'psnr', isBestFirst: true } },
      'r0 r1 r2 r3 r4',
    ],
    ['filtered by all words', { filter: 'run esrgan' }, 'r1 r3'],
    ['filtered by the step', { filter: '2,000' }, 'r1'],
    ['hidden', { hiddenRows: ['r1', 'gone'] }, 'r0 r2 r3 r4'],
    ['in the order of the user, then the others', { rowOrder: ['r3', 'gone', 'r1'] }, 'r3 r1 r0 r2 r4'],
  ])('%s', (_, view, expected) => expect(rowsOf(values, view)).toBe(expected));

  function by(metric: string, isBestFirst: boolean): Partial<TableView> {
    return { sort: { column: metric === 'psnr' ? 'set5|paper-y' : 'set5|seed', metric, isBestFirst } };
  }
});

test('stale numbers follow valid ones', () => {
  const stale: ComparisonCell = {
    state: 'stale',
    reason: 'Measured of other weights.',
    result: {
      group: 0,
      values: { psnr: 50 },
      range: null,
      delta: {},
      best: [],
      belowBicubic: [],
      images: 5,
      file: null,
    },
  };
  const sort = { column: 'set5|paper-y', metric: 'psnr', isBestFirst: true };
  expect(
    rowsOf(
      [
        [stale, none],
        [missing, none],
        [computed({ psnr: 1 }), none],
      ],
      { sort },
    ),
  ).toBe('r2 r0 r1');
});

test('missing and stale numbers can be evaluated', () => {
  const [fresh] = [computed({ psnr: 50 })];
  const stale: ComparisonCell =
    fresh?.state === 'computed' ? { ...fresh, state: 'stale', reason: 'Old.' } : none;
  const data = tableOf(
    comparison([
      [stale, none],
      [fresh, none],
      [missing, none],
      [none, none],
    ]),
    false,
  );
  const found = missingEvaluations(data.rows, shownColumns(data, plain));
  expect(found.map(({ model, protocols }) => [model.run, protocols])).toEqual([
    ['/r0', ['paper-y']],
    ['/r2', ['paper-y']],
  ]);
});

test('columns are hidden and moved', () => {
  const data = tableOf(comparison(values), false);
  const ids = (view: Partial<TableView>) =>
    shownColumns(data, { ...plain, ...view }).map(({ column, at }) => `${at} ${column.protocol}`);
  expect(ids({})).toEqual(['0 paper-y', '1 seed']);
  expect(ids({ columnOrder: ['set5|seed'] })).toEqual(['1 seed', '0 paper-y']);
  expect(ids({ hiddenColumns: ['set5|paper-y'] })).toEqual(['1 seed']);
});

test('clicks sort best first, worst first, not at all', () => {
  const first = nextSort(null, 'a', 'psnr');
  expect(first).toEqual({ column: 'a', metric: 'psnr', isBestFirst: true });
  const second = nextSort(first, 'a', 'psnr');
  expect(second).toEqual({ column: 'a', metric: 'psnr', isBestFirst: false });
  expect(nextSort(second, 'a', 'psnr')).toBe(null);
  expect(nextSort(second, 'a', 'ssim')).toEqual({ column: 'a', metric: 'ssim', isBestFirst: true });
});

describe('published results', () => {
  const range = { psnr: [20, 33] as [number, number], ssim: [0.5, 0.94] as [number, number] };
  const data = tableOf(
    comparison([
      [missing, computed({ psnr: 30 }, 0, range)],
      [missing, missing],
    ]),
    true,
  );

  test('have a column with the best images of the models, and are never ranked', () => {
    const at = data.columns.findIndex(({ kind }) => kind === 'published');
    expect(data.columns[at]).toMatchObject({ data: 'Set5', testSet: '/sets/set5', warning: 'single images' });
    expect(data.columns[at]?.metrics.map(({ better }) => better)).toEqual([null, null]);
    const cells = data.rows.map(({ cells }) => cells[at]);
    expect(cells).toMatchObject([
      { state: 'computed', result: { values: { psnr: 33, ssim: 0.94 }, best: [] } },
      { state: 'missing' },
      { state: 'computed', result: { values: { psnr: 32.47, ssim: 0.9335 }, best: [] } },
    ]);
  });
  test('have no numbers in other columns', () =>
    expect(data.rows.at(-1)).toMatchObject({ run: null, label: 'published', cells: [{}, none, none] }));
  test('are hidden by default', () =>
    expect(tableOf(comparison([[missing, missing]]), false).rows).toHaveLength(1));
});

test('one evaluation for each model and test set', () => {
  const data = tableOf(
    comparison([
      [missing, missing],
      [computed({ psnr: 1 }), missing],
      [none, none],
    ]),
    true,
  );
  const found = missingEvaluations(data.rows, shownColumns(data, plain));
  expect(found.map(({ model, testSet, protocols }) => [model.run, testSet, protocols])).toEqual([
    ['/r0', '/sets/set5', ['seed', 'paper-y']],
    ['/r1', '/sets/set5', ['seed']],
  ]);
  expect(found.map((each) => describeMissing(each, data))).toEqual([
    'run 0 · PSNR: Set5, seed and paper-y',
    'run 1 · ESRGAN: Set5, seed',
  ]);
});

test.each([
  [['a', 'b', 'c'], 'b', -1, 'b a c'],
  [['a', 'b', 'c'], 'a', 2, 'b c a'],
  [['a', 'b', 'c'], 'c', 5, 'a b c'],
  [['a', 'b'], 'x', 1, 'a b'],
])('%j: %s moved by %d', (ids, id, by, expected) => expect(moved(ids, id, by).join(' ')).toBe(expected));

test('inOrder', () =>
  expect(inOrder([{ id: 'a' }, { id: 'b' }, { id: 'c' }], ['c', 'x']).map(({ id }) => id)).toEqual([
    'c',
    'a',
    'b',
  ]));

describe('numbers', () => {
  test.each([
    [31.0254, 2, '31.03'],
    [-0.5, 1, '−0.5'],
    [null, 3, '∞'],
    [Number.POSITIVE_INFINITY, 3, '∞'],
  ])('%s', (value, digits, expected) => expect(formatMetric(value, digits)).toBe(expected));
  test.each([
    [0.123, '+0.12'],
    [-2.42, '−2.42'],
    [0.004, '±0'],
    [0, '±0'],
  ])('difference %d', (delta, expected) => expect(formatDelta(delta, 2)).toBe(expected));
  test.each([
    [0.1, psnr, true],
    [-0.1, psnr, false],
    [0.1, distance, false],
    [-0.1, distance, true],
    [0.0001, psnr, null],
    [0.1, { ...psnr, better: null }, null],
  ])('%d is an improvement', (delta, metric, expected) => expect(isBetter(delta, metric)).toBe(expected));
  test.each([
    [400_000, '400k'],
    [12_345, '12,345'],
    [1000, '1,000'],
    [0, '0'],
  ])('step %d', (step, expected) => expect(formatStep(step)).toBe(expected));
  test('group letters', () => expect([0, 1, 2].map(groupLetter)).toEqual(['a', 'b', 'c']));
});
