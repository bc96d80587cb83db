import { describe, expect, test, vi } from 'vitest';
import { buildTable, type ModelRow } from '../../../../server/comparison/table.ts';
import type { ComparisonCell } from '../../../../server/protocol/comparison.ts';
import type { EvaluationFile } from '../../../../trainer/evaluate/results/evaluation-files.ts';
import type { KnownTestSet } from '../../../../trainer/evaluate/results/test-set.ts';
import { noNonFiniteSteps } from '../../../../trainer/runs/checkpoints.ts';

const set5: KnownTestSet = { name: 'set5', dir: '/data/set5', sha256: 'd5' };

/** A row of run `name` with one checkpoint of weights `w-<name>`. */
function row(
  name: string,
  evaluations: readonly Partial<EvaluationFile>[],
  changes: Partial<ModelRow> = {},
): ModelRow {
  return {
    id: name,
    run: `/runs/${name}`,
    name,
    isReference: false,
    choice: 0,
    label: 'PSNR',
    model: {
      run: `/runs/${name}`,
      checkpoint: `/runs/${name}/checkpoints/pretraining-00000010`,
      interpolatedWith: null,
    },
    checkpoints: [
      {
        path: `/runs/${name}/checkpoints/pretraining-00000010`,
        name: 'pretraining-00000010',
        state: {
          format: 1,
          stage: 'pretraining',
          step: 10,
          epoch: 0,
          batch: 0,
          adamStep: 10,
          nonFinite: noNonFiniteSteps,
          seed: 0,
          configHash: '',
          toolVersion: '',
          engine: 'cpu',
          best: null,
          metrics: {},
          files: {},
        },
      },
    ],
    validation: undefined,
    weights: `w-${name}`,
    scale: 4,
    evaluations: evaluations.map((each) => ({
      path: `/runs/${name}/e.json`,
      evaluation: evaluation(name, each),
    })),
    validatedOn: 'the same crops',
    scalars: {},
    ...changes,
  };
}

function evaluation(name: string, changes: Partial<EvaluationFile>): EvaluationFile {
  return {
    format: 1,
    model: name,
    weights: `w-${name}`,
    checkpoints: ['pretraining-00000010'],
    alpha: undefined,
    data: 'set5',
    dataSha256: 'd5',
    protocol: 'rgb',
    net: undefined,
    toolVersion: '',
    time: '2030-01-01T00:00:00.000Z',
    psnr: 30,
    ssim: 0.9,
    distance: undefined,
    images: [
      { name: 'a', psnr: 29, ssim: 0.8, distance: undefined },
      { name: 'b', psnr: 31, ssim: 1, distance: undefined },
    ],
    ...changes,
  };
}

/** The cells of the first column, in short: value, group, what is the best, difference in PSNR. */
function firstColumn(rows: readonly ModelRow[], testSets: readonly KnownTestSet[] = [set5]) {
  const { columns, rows: built } = buildTable(rows, { testSets, protocols: ['rgb'], baseline: '/runs/a' });
  return { column: columns[0], cells: built.map(({ cells }) => shortly(cells[0])) };
}

function shortly(cell: ComparisonCell | undefined): string {
  if (cell === undefined) return 'no column';
  if (cell.state === 'missing' || cell.state === 'none') return cell.state;
  const { values, group, best, belowBicubic, delta } = cell.result;
  const parts = [values.psnr ?? values.value ?? values.distance ?? '∞', `group ${group}`];
  if (best.length > 0) parts.push(`best ${best.join(' ')}`);
  if (belowBicubic.length > 0) parts.push(`below bicubic ${belowBicubic.join(' ')}`);
  if (delta.psnr !== undefined) parts.push(`Δ ${delta.psnr}`);
  return `${cell.state}: ${parts.join(', ')}`;
}

const bicubic = { isReference: true, choice: null, checkpoints: [], label: 'x4' } as const;

test.each<[string, ModelRow[], string[]]>([
  ['nothing is measured', [row('a', []), row('b', [])], ['missing', 'missing']],
  [
    'the higher is the best, and differs from the baseline',
    [row('a', [{}]), row('b', [{ psnr: 32, ssim: 0.8 }]), row('c', [])],
    ['computed: 30, group 0, best ssim, Δ 0', 'computed: 32, group 0, best psnr, Δ 2', 'missing'],
  ],
  ['one alone is not the best', [row('a', [{}]), row('b', [])], ['computed: 30, group 0, Δ 0', 'missing']],
  [
    'equals are both the best',
    [row('a', [{}]), row('b', [{}])],
    ['computed: 30, group 0, best psnr ssim, Δ 0', 'computed: 30, group 0, best psnr ssim, Δ 0'],
  ],
  [
    'infinity beats all and has no difference',
    [row('a', [{ psnr: null }]), row('b', [{ ssim: 0.5 }])],
    ['computed: ∞, group 0, best psnr ssim', 'computed: 30, group 0'],
  ],
  [
    'bicubic is ranked, and what is below it says so',
    [row('a', [{ psnr: 31 }]), row('b', [{ psnr: 29.9, ssim: 0.95 }]), row('a', [{}], bicubic)],
    [
      'computed: 31, group 0, best psnr, Δ 0',
      'computed: 29.9, group 0, best ssim, below bicubic psnr, Δ -1.1000000000000014',
      'computed: 30, group 0',
    ],
  ],
  [
    'bicubic of another scale says nothing',
    [row('a', [{ psnr: 29 }]), row('a', [{}], { ...bicubic, scale: 2 })],
    ['computed: 29, group 0, Δ 0', 'computed: 30, group 1'],
  ],
  [
    'another scale is another group: no rank, no difference',
    [row('a', [{}]), row('b', [{ psnr: 35 }], { scale: 2 })],
    ['computed: 30, group 0, Δ 0', 'computed: 35, group 1'],
  ],
  [
    'weights that are gone are stale, never ranked',
    [row('a', [{}]), row('b', [{ psnr: 99, weights: 'old' }])],
    ['computed: 30, group 0, Δ 0', 'stale: 99, group 0'],
  ],
  [
    'an evaluation without a metric of today is stale',
    [row('a', [{}]), row('b', [{ psnr: 99, ssim: undefined }])],
    ['computed: 30, group 0, Δ 0', 'stale: 99, group 0'],
  ],
  [
    'images that the test set no longer has are stale',
    [row('a', [{}]), row('b', [{ psnr: 99, dataSha256: 'old' }])],
    ['computed: 30, group 0, Δ 0', 'stale: 99, group 1'],
  ],
  [
    'what is current beats what is stale, and the newer the older',
    [
      row('a', [{ weights: 'old', psnr: 1 }, {}]),
      row('b', [
        { weights: 'o1', psnr: 1 },
        { weights: 'o2', psnr: 2, time: '2031-01-01T00:00:00.000Z' },
      ]),
    ],
    ['computed: 30, group 0, Δ 0', 'stale: 2, group 0'],
  ],
  [
    'other checkpoints of the run are another row',
    [
      row('a', [
        { weights: 'x', checkpoints: ['pretraining-00000020'] },
        { weights: 'x', checkpoints: undefined },
      ]),
    ],
    ['missing'],
  ],
  [
    'a mean is another model than its first checkpoint',
    [row('a', [{ weights: 'x', checkpoints: ['pretraining-00000010'], alpha: 0.5 }])],
    ['missing'],
  ],
  [
    'the same images count under any name',
    [row('a', [{ data: 'elsewhere' }])],
    ['computed: 30, group 0, Δ 0'],
  ],
  ['a row without weights cannot be measured', [row('a', [], { weights: undefined })], ['none']],
])('%s', (_, rows, expected) => {
  expect(firstColumn(rows).cells).toEqual(expected);
});

test('the lower of two distances is the best; their weights make a column', () => {
  const distance = { protocol: 'vgg19-conv5_4', net: 'feedbeef00', psnr: undefined, ssim: undefined };
  const rows = [0.3, 0.2].map((value, i) =>
    row(['a', 'b'][i] ?? '', [{ ...distance, distance: value, images: [] }]),
  );
  const { columns, rows: built } = buildTable(rows, { testSets: [set5], protocols: [], baseline: null });
  expect(columns).toMatchObject([
    {
      id: 'evaluation|/data/set5|vgg19-conv5_4|feedbeef',
      testSet: null,
      metrics: [{ name: 'distance', better: 'lower' }],
    },
  ]);
  expect(built.map(({ cells }) => shortly(cells[0]))).toEqual([
    'computed: 0.3, group 0',
    'computed: 0.2, group 0, best distance',
  ]);
});

test('a perceptual metric is offered before it was measured, and then has the column of its weights', () => {
  const options = { testSets: [set5], protocols: ['niqe', 'dists'], baseline: null };
  const idsOf = (rows: Parameters<typeof buildTable>[0]) =>
    buildTable(rows, options).columns.map(({ id, testSet, metrics }) => [
      id.replace('evaluation|/data/set5|', ''),
      testSet,
      ...metrics.map(({ name, better }) => `${name} ${better}`),
    ]);
  expect(idsOf([row('a', [])])).toEqual([
    ['niqe', '/data/set5', 'niqe lower'],
    ['dists', '/data/set5', 'dists lower'],
  ]);
  const measured = {
    protocol: 'niqe',
    net: 'feedbeef00',
    psnr: undefined,
    ssim: undefined,
    niqe: 4,
    images: [],
  };
  expect(idsOf([row('a', [measured])])).toEqual([
    ['dists', '/data/set5', 'dists lower'],
    ['niqe|feedbeef', '/data/set5', 'niqe lower'],
  ]);
});

test('validation in training has a column for each protocol', () => {
  const validation = { psnr: 30, ssim: 0.9, psnr_y: 31, lpips: 0.2, niqe: 5 };
  const rows = [row('a', [], { validation }), row('b', [], { validation: { ...validation, lpips: 0.1 } })];
  const { columns, rows: built } = buildTable(rows, { testSets: [], protocols: [], baseline: null });
  expect(columns.map(({ id, metrics }) => [id, ...metrics.map(({ name }) => name)])).toEqual([
    ['validation|rgb', 'psnr', 'ssim'],
    ['validation|paper-y', 'psnr'],
    ['validation|lpips-vgg', 'lpips'],
    ['validation|niqe', 'niqe'],
  ]);
  expect(built.map(({ cells }) => cells[2])).toMatchObject([
    { state: 'computed', result: { values: { lpips: 0.2 }, best: [] } },
    { state: 'computed', result: { values: { lpips: 0.1 }, best: ['lpips'] } },
  ]);
});

test('columns with several groups say so', () => {
  const { column } = firstColumn([row('a', [{}]), row('b', [{}], { scale: 2 })]);
  expect(column?.groups.map(({ description }) => description)).toEqual([
    'x4, 2 images, d5',
    'x2, 2 images, d5',
  ]);
  expect(column?.warning).toBe(
    'set5 under rgb was measured on different pixels, (a) x4, 2 images, d5; (b) x2, 2 images, d5: these numbers are not comparable.',
  );
  expect(firstColumn([row('a', [{}])]).column).toMatchObject({
    warning: null,
    testSet: '/data/set5',
    data: 'set5',
  });
});

test('data that are not here have a column without a folder', () => {
  const { columns } = buildTable([row('a', [{ data: 'Gone', dataSha256: 'x' }])], {
    testSets: [],
    protocols: ['rgb'],
    baseline: null,
  });
  expect(columns).toMatchObject([{ id: 'evaluation|Gone|rgb', data: 'Gone', testSet: null }]);
});

describe('what was measured in training', () => {
  const validated = (name: string, psnr: number, changes: Partial<ModelRow> = {}): ModelRow => {
    return row(name, [], { validation: { psnr, ssim: 0.5, psnr_y: psnr + 1 }, ...changes });
  };
  const cellsOf = (rows: readonly ModelRow[]) => {
    const { columns, rows: built } = buildTable(rows, { testSets: [], protocols: [], baseline: '/runs/a' });
    expect(columns.map(({ id }) => id)).toEqual(['validation|rgb', 'validation|paper-y']);
    return built.map(({ cells }) => cells.map(shortly));
  };

  test('compares on the same crops of the same images', () => {
    expect(cellsOf([validated('a', 20), validated('b', 21)])).toEqual([
      ['computed: 20, group 0, best ssim, Δ 0', 'computed: 21, group 0, Δ 0'],
      ['computed: 21, group 0, best psnr ssim, Δ 1', 'computed: 22, group 0, best psnr, Δ 1'],
    ]);
  });

  test('bicubic has a row in it', () => {
    const reference = { psnr: 20.5, ssim: 0.4, psnr_y: 20.9 };
    expect(cellsOf([validated('a', 20), row('a', [], { ...bicubic, validation: reference })])).toEqual([
      ['computed: 20, group 0, best ssim, below bicubic psnr, Δ 0', 'computed: 21, group 0, best psnr, Δ 0'],
      ['computed: 20.5, group 0, best psnr', 'computed: 20.9, group 0'],
    ]);
  });

  test.each<[string, Partial<ModelRow>]>([
    ['other crops', { validatedOn: 'other crops' }],
    ['another scale', { scale: 2 }],
    ['crops that nobody knows', { validatedOn: undefined }],
  ])('is another group on %s', (_, changes) => {
    expect(cellsOf([validated('a', 20), validated('b', 21, changes)])[1]).toEqual([
      'computed: 21, group 1',
      'computed: 22, group 1',
    ]);
  });
});

test('scalars of other trainers stand beside, each in a way of its own', () => {
  const external = (name: string, value: number | null) =>
    row(name, [], {
      model: null,
      choice: null,
      label: 'scalars',
      checkpoints: [],
      weights: undefined,
      scalars: { 'm/psnr': value },
    });
  const { columns, rows } = buildTable([external('a', 1), external('b', 2), row('c', [])], {
    testSets: [set5],
    protocols: ['rgb'],
    baseline: '/runs/a',
  });
  expect(columns.map(({ protocol, warning }) => [protocol, warning])).toEqual([
    ['rgb', null],
    [
      'm/psnr',
      'scalars under m/psnr was measured each run in its own way: these numbers are not comparable.',
    ],
  ]);
  expect(rows.map(({ cells }) => cells.map(shortly))).toEqual([
    ['none', 'computed: 1, group 0'],
    ['none', 'computed: 2, group 1'],
    ['missing', 'none'],
  ]);
});

test('the entries of a column are not searched among those of all columns', () => {
  const scalars = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`tag${i}`, i]));
  const { filter } = Array.prototype;
  let looked = 0;
  const spy = vi.spyOn(Array.prototype, 'filter').mockImplementation(function (this: unknown[], test) {
    looked += this.length;
    return filter.call(this, test);
  });
  try {
    const { rows } = buildTable([row('a', [], { scalars }), row('b', [], { scalars })], {
      testSets: [],
      protocols: [],
      baseline: null,
    });
    expect(rows.map(({ cells }) => cells.length)).toEqual([2000, 2000]);
  } finally {
    spy.mockRestore();
  }
  expect(looked).toBeLessThan(100_000);
});
