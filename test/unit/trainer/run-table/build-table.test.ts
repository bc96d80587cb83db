import { describe, expect, test } from 'vitest';
import { buildTable, type FactKey, type RunFacts } from '../../../../trainer/run-table/build-table.ts';
import { toCsv } from '../../../../trainer/run-table/csv.ts';
import { formatCell, unitOf } from '../../../../trainer/run-table/format-cell.ts';
import { selectColumns } from '../../../../trainer/run-table/select-columns.ts';
import { parseSort } from '../../../../trainer/run-table/sort-rows.ts';
import type { Cell, Column } from '../../../../trainer/run-table/table.ts';

const noFacts: Readonly<Record<FactKey, Cell>> = {
  name: null,
  state: null,
  stage: null,
  progress: null,
  step: null,
  steps: null,
  loss: null,
  rate: null,
  created: null,
  updated: null,
  trained: null,
  tags: [],
  group: null,
  note: null,
  pinned: false,
  archived: false,
  host: null,
  engine: null,
  device: null,
  commit: null,
  version: null,
  reason: null,
  folder: null,
};

const facts = (name: string, rest: Partial<Omit<RunFacts, 'run' | 'facts'>>): RunFacts => ({
  run: `/runs/${name}`,
  facts: { ...noFacts, name },
  metrics: {},
  config: undefined,
  stages: [],
  ...rest,
});

const config = (values: Readonly<Record<string, unknown>>) => [new Map(Object.entries(values))];

function configColumns(...configs: (RunFacts['config'] | undefined)[]): string[] {
  const table = buildTable(configs.map((each, index) => facts(`run-${index}`, { config: each })));
  return table.columns.flatMap(({ key, kind, source }, index) =>
    source === 'config'
      ? [`${key} ${kind}: ${table.rows.map(({ cells }) => String(cells[index])).join(' ')}`]
      : [],
  );
}

describe('columns of the run file', () => {
  test('only keys that differ', () =>
    expect(configColumns(config({ a: 1, b: 2 }), config({ a: 1, b: 3 }))).toEqual(['b number: 2 3']));

  test('a key that only some have', () =>
    expect(configColumns(config({ a: 1, b: 'x' }), config({ a: 1 }))).toEqual(['b text: x null']));

  test('not the name and the place of the run', () =>
    expect(
      configColumns(config({ name: 'a', runs_dir: '/a' }), config({ name: 'b', runs_dir: '/b' })),
    ).toEqual([]));

  test('runs without a run file count for nothing', () =>
    expect(configColumns(config({ a: 1 }), undefined, config({ a: 1 }))).toEqual([]));

  test('kinds follow from the values', () =>
    expect(
      configColumns(
        config({ size: [64, 64], on: true, lr: 1e-4, mixed: 1 }),
        config({ size: [128, 128], on: false, lr: 2e-4, mixed: 'auto' }),
      ),
    ).toEqual([
      'lr number: 0.0001 0.0002',
      'mixed text: 1 auto',
      'on boolean: true false',
      'size text: [64, 64] [128, 128]',
    ]));

  test('parts that runs share', () => {
    const shared = new Map<string, unknown>([['a', 1]]);
    expect(
      configColumns(
        [shared, new Map([['b.c', 1]])],
        [shared, new Map([['b.c', 2]])],
        [new Map([['a', 2]]), new Map([['b.c', 2]])],
      ),
    ).toEqual(['a number: 1 1 2', 'b.c number: 1 2 2']);
  });
});

test.each<[string, readonly string[], readonly string[]]>([
  [
    'nothing',
    [],
    ['datasets.a\\.b.weight', 'datasets.c.weight', 'discriminator.type', 'pretraining.lr', 'training.g_lr'],
  ],
  ['the pretraining', ['pretraining'], ['datasets.a\\.b.weight', 'pretraining.lr']],
  ['the second stage', ['training'], ['datasets.c.weight', 'discriminator.type', 'training.g_lr']],
])('keys of runs that have trained %s', (_, stages, keys) => {
  const runs = [1, 2].map((value) =>
    facts(`run-${value}`, {
      stages,
      config: config({
        'datasets.a\\.b.weight': value,
        'datasets.c.weight': value,
        'discriminator.type': `${value}`,
        'pretraining.lr': value,
        'pretraining.train_datasets': ['a.b'],
        'training.g_lr': value,
        'training.val_datasets': ['c'],
      }),
    }),
  );
  const { columns } = buildTable(runs);
  expect(columns.flatMap(({ key, source }) => (source === 'config' ? [key] : []))).toEqual(keys);
});

test('metrics: PSNR first, each with its best before its last', () => {
  const metrics = { lpips: 1, ssim: 1, 'best.ssim': 1, psnr: 1, bicubic_psnr: 1, 'best.psnr': 1, psnr_y: 1 };
  const { columns } = buildTable([facts('a', { metrics }), facts('b', { metrics: { dists: 1 } })]);
  expect(columns.flatMap(({ key, source }) => (source === 'metric' ? [key] : []))).toEqual([
    'best.psnr',
    'psnr',
    'psnr_y',
    'best.ssim',
    'ssim',
    'bicubic_psnr',
    'dists',
    'lpips',
  ]);
});

test.each<[string, RunFacts['config'][], readonly string[]]>([
  ['equal keys', [config({ a: 1, lr: 2 }), config({ a: 1, lr: 2 })], ['a', 'lr']],
  ['one run', [config({ lr: 2, name: 'x', runs_dir: '/r' })], ['lr']],
  ['a key that one has', [config({ a: 1 }), config({ b: 1 }), undefined], ['a', 'b']],
])('all columns can be named: %s', (_, configs, keys) => {
  const runs = configs.map((each, index) => facts(`run-${index}`, { config: each }));
  const { columns } = buildTable(runs, 'all');
  expect(columns.flatMap(({ key, source }) => (source === 'config' ? [key] : []))).toEqual(keys);
  expect(columns.flatMap(({ key, source }) => (source === 'metric' ? [key] : []))).toEqual([
    'best.psnr',
    'psnr',
    'psnr_y',
    'best.ssim',
    'ssim',
  ]);
});

test.each([
  ['pretraining.l', '`pretraining.l` is not a column. Did you mean `pretraining.lr`?'],
  ['', '`` is not a column. The columns are `name`, '],
])('a column %j that there is not', (name, problem) => {
  const table = buildTable([facts('a', { config: config({ 'pretraining.lr': 1 }) })], 'all');
  expect(selectColumns(table, [name])).toMatchObject({ problem: expect.stringContaining(problem) });
  expect(parseSort(name, table.columns)).toMatchObject({ problem: expect.stringContaining(problem) });
});

test('CSV', () => {
  const run = { ...facts('a "b", c', {}), metrics: { psnr: 'Infinity' as const } };
  const other = facts('=HYPERLINK(1)', { metrics: { psnr: -1.5 } });
  const timed = {
    ...facts('c', {}),
    facts: { ...noFacts, name: 'c', created: Date.UTC(2030, 0, 31), tags: ['x', 'y'] },
  };
  const selected = selectColumns(buildTable([run, other, timed]), ['name', 'psnr', 'tags', 'created']);
  expect('table' in selected && toCsv(selected.table)).toBe(
    'name,psnr,tags,created\r\n"a ""b"", c",Infinity,,\r\n\'=HYPERLINK(1),-1.5,,\r\nc,,"x,y",2030-01-31T00:00:00.000Z\r\n',
  );
  expect(selectColumns(buildTable([]), ['size'])).toMatchObject({
    problem: expect.stringMatching(/^`size` is not a column\. The columns are `name`, `state`,/),
  });
});

test.each<[Column['key'], Column['kind'], Column['source'], Cell, string, string]>([
  ['psnr', 'number', 'metric', 28.12345, '28.123', 'dB'],
  ['best.psnr_y', 'number', 'metric', 'Infinity', '∞', 'dB'],
  ['bicubic_psnr', 'number', 'metric', 25, '25.000', 'dB'],
  ['ssim', 'number', 'metric', 0.81234, '0.8123', ''],
  ['lpips', 'number', 'metric', 0.123456, '0.1235', ''],
  ['loss', 'number', 'run', 0.034567, '0.03457', ''],
  ['step', 'number', 'run', 12500, '12,500', ''],
  ['pretraining.lr', 'number', 'config', 0.0002, '0.0002', ''],
  ['progress', 'fraction', 'run', 0.999, '99', '%'],
  ['trained', 'duration', 'run', 5400, '1 h 30 min', ''],
  ['pinned', 'boolean', 'run', true, 'yes', ''],
  ['pinned', 'boolean', 'run', false, '', ''],
  ['augmentation.flip', 'boolean', 'config', false, 'no', ''],
  ['tags', 'list', 'run', ['a', 'b'], 'a, b', ''],
  ['note', 'text', 'run', null, '', ''],
])('%s (%s, %s) %j is shown as %j %s', (key, kind, source, cell, text, unit) => {
  expect(formatCell({ key, kind, source }, cell)).toBe(text);
  expect(unitOf({ key, kind, source })).toBe(unit);
});
