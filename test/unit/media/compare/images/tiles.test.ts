import { describe, expect, test } from 'vitest';
import {
  balancedColumns,
  referenceOf,
  resultTiles,
  sampleTiles,
  type Tile,
  takeEvenly,
  tileChoices,
  wipePair,
} from '../../../../../media/compare/images/tiles.ts';
import type { ShownRun } from '../../../../../media/compare/shown-runs.ts';
import { loggedSteps, type SampleStep } from '../../../../../media/run-panel/sample-steps.ts';

const runs: ShownRun[] = ['a', 'b'].map((name) => ({
  run: `/${name}`,
  name,
  color: `color of ${name}`,
  dash: [],
  detail: null,
}));

function samples(run: string, steps: readonly number[], keys: readonly string[]): SampleStep[] {
  return steps.map((step) => ({
    stage: 'pretraining',
    step,
    at: step,
    images: keys.map((key) => ({ key, lr: `${run}/lr`, bicubic: `${run}/bicubic`, hr: `${run}/hr` })),
    sr: Object.fromEntries(keys.map((key) => [key, `${run}/${step}/${key}`])),
  }));
}

describe('sample tiles', () => {
  const all = new Map([
    ['/a', samples('/a', [100, 200], ['00-x'])],
    ['/b', samples('/b', [150], ['00-x', '01-y'])],
  ]);
  test.each([
    ['00-x', null, ['/a/200/00-x', '/b/150/00-x']],
    ['00-x', 150, ['/a/100/00-x', '/b/150/00-x']],
    ['00-x', 100, ['/a/100/00-x', '/b/150/00-x']],
    ['01-y', null, [null, '/b/150/01-y']],
  ])('%s at %s', (key, step, expected) => {
    const tiles = sampleTiles(runs, all, key, step);
    expect(tiles.map(({ id }) => id)).toEqual(['lr', 'bicubic', 'hr', 'run:/a', 'run:/b']);
    expect(tiles.slice(3).map(({ path }) => path)).toEqual(expected);
  });
  test('images of other programs have no LR, bicubic and HR, and each tag its own steps', () => {
    const logged = loggedSteps([
      { step: 5, images: { 'val/img': '/a/5', other: '/a/o' } },
      { step: 9, images: { other: '/a/p' } },
    ]);
    const tiles = sampleTiles(runs, new Map([['/a', logged]]), 'val/img', null);
    expect(tiles.map(({ label, detail, path }) => [label, detail, path])).toEqual([
      ['a', 'step 5', '/a/5'],
      ['b', 'no samples', null],
    ]);
  });
  test('LR, bicubic and HR are those of the first run that has the image', () =>
    expect(sampleTiles(runs, all, '01-y', null).find(({ id }) => id === 'hr')?.path).toBe('/b/hr'));
  test('each result has the HR of its run', () =>
    expect(
      sampleTiles(runs, all, '00-x', null)
        .slice(3)
        .map(({ hr }) => hr),
    ).toEqual(['/a/hr', '/b/hr']));
});

const rows = ['one', 'two'].map((id, i) => ({
  id,
  run: `/${'ab'[i]}`,
  isReference: false,
  runName: 'ab'[i]!,
  color: i,
  label: 'PSNR',
  detail: '400k',
  model: null,
  cells: [],
}));

test('missing results have tiles too', () => {
  const tiles = resultTiles(rows, (run) => `color of ${run}`, {
    scale: 4,
    width: 8,
    height: 8,
    lr: '/lr',
    bicubic: null,
    hr: '/hr',
    results: [null, '/two.png'],
    job: 'j',
  });
  expect(tiles.map(({ path }) => path)).toEqual(['/lr', null, '/hr', null, '/two.png']);
  expect(tiles.at(-1)).toMatchObject({ detail: 'PSNR · 400k', color: 'color of /b', hr: '/hr' });
});

describe('the reference of a tile', () => {
  const tile = (id: string, run: string | null, detail: string): Tile => ({
    id,
    run,
    detail,
    label: id,
    color: null,
    path: `/${id}.png`,
    hr: '/hr.png',
  });
  const tiles = [
    tile('a1', '/a', 'PSNR'),
    tile('a2', '/a', 'ESRGAN'),
    tile('b1', '/b', 'ESRGAN'),
    tile('c', null, ''),
  ];
  test.each([
    ['b1', 'hr', '/a', '/hr.png'],
    ['b1', 'baseline', '/a', '/a2.png'],
    ['c', 'baseline', '/a', '/a1.png'],
    ['a1', 'baseline', '/a', null],
    ['b1', 'baseline', null, null],
  ] as const)('%s: %s of %s', (id, reference, baseline, expected) =>
    expect(referenceOf(tiles.find((each) => each.id === id)!, tiles, reference, baseline)).toBe(expected),
  );
});

describe('the tiles of a wipe', () => {
  const tiles = [...resultTiles(rows, () => '', null)];
  const one = tiles.filter(({ run }) => run !== '/b');
  test.each([
    { what: 'the first results', of: tiles, chosen: [null, null], pair: ['row:one', 'row:two'] },
    { what: 'chosen tiles', of: tiles, chosen: ['hr', 'lr'], pair: ['hr', 'lr'] },
    {
      what: 'a chosen result and another one',
      of: tiles,
      chosen: ['row:two', null],
      pair: ['row:two', 'row:one'],
    },
    {
      what: 'a chosen tile that no longer exists',
      of: tiles,
      chosen: ['row:gone', 'hr'],
      pair: ['row:one', 'hr'],
    },
    { what: 'a single result and HR', of: one, chosen: [null, null], pair: ['row:one', 'hr'] },
    { what: 'no result at all', of: one.slice(0, 3), chosen: [null, null], pair: [undefined, 'hr'] },
  ] as const)('$what', ({ of, chosen, pair }) =>
    expect(wipePair(of, chosen).map((tile) => tile?.id)).toEqual(pair),
  );
});

test('tile choices: all samples, or all models of the table', () => {
  const references = ['LR', 'bicubic', 'HR'].map((label) => ({ id: label.toLowerCase(), label }));
  expect(tileChoices('samples', sampleTiles(runs, new Map(), '00-x', null), rows)).toEqual([
    ...references,
    { id: 'run:/a', label: 'a' },
    { id: 'run:/b', label: 'b' },
  ]);
  expect(tileChoices('results', [], rows)).toEqual([
    ...references,
    { id: 'row:one', label: 'a · PSNR 400k' },
    { id: 'row:two', label: 'b · PSNR 400k' },
  ]);
});

test.each([
  [6, 1400, 6],
  [6, 1200, 3],
  [5, 1400, 5],
  [8, 1400, 4],
  [7, 900, 4],
  [3, 100, 1],
  [1, 1400, 1],
  [0, 1400, 1],
])('%d tiles in %d pixels: %d columns', (tiles, width, columns) =>
  expect(balancedColumns(tiles, width, 210)).toBe(columns),
);

test.each([
  ['a1 a2 b1', 8, 'a1 a2 b1'],
  ['a1 a2 a3 b1 b2 b3', 4, 'a1 a2 b1 b2'],
  ['a1 a2 a3 b1', 3, 'a1 a2 b1'],
  ['a1 b1 c1', 2, 'a1 b1'],
])('takes evenly from %s at most %d: %s', (rows, most, expected) => {
  const all = rows.split(' ').map((id) => ({ id, run: id[0]! }));
  expect(
    takeEvenly(all, most)
      .map(({ id }) => id)
      .join(' '),
  ).toBe(expected);
});
