import { describe, expect, test } from 'vitest';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import {
  buildTable,
  equalKeys,
  type FactKey,
  type RunFacts,
} from '../../../../trainer/run-table/build-table.ts';
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
  results: [],
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

test.each<[string, readonly Stage[], readonly string[]]>([
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

test.each<[string, RunFacts['config'][], readonly string[]]>([
  ['equal and differing keys', [config({ a: 1, lr: 2 }), config({ a: 1, lr: 3 })], ['a number 1']],
  ['parts', [[new Map([['a', 1]]), new Map([['b', [2, 3]]])]], ['a number 1', 'b text [2, 3]']],
  ['a key that one has', [config({ a: 1 }), config({ a: 1, b: null })], ['a number 1']],
  ['no run file at first', [undefined, config({ a: true, name: 'x' })], ['a boolean true']],
  ['no run', [], []],
])('keys that are the same in all runs: %s', (_, configs, expected) => {
  const runs = configs.map((each, index) => facts(`run-${index}`, { config: each }));
  const equal = equalKeys(runs, buildTable(runs));
  expect(equal.map(({ column, cell }) => `${column.key} ${column.kind} ${cell}`)).toEqual(expected);
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

describe('saved evaluations', () => {
  const result = (testSet: string, sha256: string, metric: string, value: number | 'Infinity') => ({
    ...{ testSet, sha256: sha256.repeat(16), protocol: 'paper-y', metric, value },
  });
  const metricsOf = (...results: RunFacts['results'][]) => {
    const { columns, rows } = buildTable(
      results.map((each, index) => facts(`run-${index}`, { results: each })),
    );
    return columns.flatMap(({ key, source }, index) =>
      source === 'metric' ? [`${key}: ${rows.map(({ cells }) => String(cells[index])).join(' ')}`] : [],
    );
  };

  test('are columns of their test set, protocol and metric', () =>
    expect(
      metricsOf(
        [result('set5', 'abcd', 'psnr', 30), result('set5', 'abcd', 'ssim', 0.8)],
        [],
        [result('set5', 'abcd', 'psnr', 'Infinity'), result('set14', 'ef', 'psnr', 27)],
      ),
    ).toEqual([
      'set14.paper-y.psnr: null null 27',
      'set5.paper-y.psnr: 30 null Infinity',
      'set5.paper-y.ssim: 0.8 null null',
    ]));

  test('of other images under the same name are other columns', () =>
    expect(metricsOf([result('set5', 'abcd', 'psnr', 30)], [result('set5', 'ef01', 'psnr', 27)])).toEqual([
      'set5-abcdabcd.paper-y.psnr: 30 null',
      'set5-ef01ef01.paper-y.psnr: null 27',
    ]));
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
