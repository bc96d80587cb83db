import { describe, expect, test } from 'vitest';
import { type CompareState, restoreCompareState } from '../../../../media/compare/compare-state.ts';

const runs = ['/r/a', '/r/b'];
const initial = restoreCompareState(undefined, runs);

describe('restores the valid parts of a saved state', () => {
  test.each<{ saved: unknown; changed: Partial<CompareState> }>([
    { saved: undefined, changed: {} },
    { saved: { tab: 'pixels', baseline: '/r/x', models: [{ kind: 'other' }], images: 5 }, changed: {} },
    { saved: { tab: 'curves', baseline: '/r/b' }, changed: { tab: 'curves', baseline: '/r/b' } },
    { saved: { baseline: null }, changed: { baseline: null } },
    {
      saved: { models: [{ kind: 'checkpoint', stage: 'training', checkpoint: 400 }] },
      changed: { models: [{ kind: 'checkpoint', stage: 'training', checkpoint: 400 }] },
    },
    {
      saved: { models: [{ kind: 'interpolated', alpha: 2, pretraining: 'best', training: 'last' }] },
      changed: {},
    },
    {
      saved: { images: { gain: 16, box: { x: 0, y: 0, width: 0, height: 4 }, wipeTiles: ['hr', null] } },
      changed: { images: { ...initial.images, gain: 16, wipeTiles: ['hr', null] } },
    },
    {
      saved: { table: { sort: { column: 'c', metric: 'psnr', isBestFirst: false }, hiddenRows: [1] } },
      changed: {
        table: { ...initial.table, sort: { column: 'c', metric: 'psnr', isBestFirst: false } },
      },
    },
    { saved: { checkpoints: { alpha: 1.5 }, curves: { smoothing: 1, xAxis: 'step-log' } }, changed: {} },
  ])('$saved', ({ saved, changed }) =>
    expect(restoreCompareState(saved, runs)).toEqual({ ...initial, ...changed }),
  );
});

test('restores the runs that the user chose after the page was opened', () =>
  expect(restoreCompareState({ runs: ['/r/c'] }, runs)).toEqual(restoreCompareState(undefined, ['/r/c'])));

test('the initial state can be saved and restored', () =>
  expect(restoreCompareState(JSON.parse(JSON.stringify(initial)), [])).toEqual(initial));

test('a page that was opened for a checkpoint begins with it, and then shows what the user chose', () => {
  const opened = restoreCompareState(undefined, runs, { checkpoint: '/r/a/checkpoints/training-00000010' });
  expect(opened).toMatchObject({
    tab: 'checkpoints',
    checkpoints: { a: '/r/a/checkpoints/training-00000010' },
  });
  expect(
    restoreCompareState({ ...initial, tab: 'images' }, runs, {
      checkpoint: '/r/a/checkpoints/training-00000010',
    }),
  ).toEqual({
    ...initial,
    tab: 'images',
  });
});

test('a page that was opened for samples shows them', () =>
  expect(restoreCompareState(undefined, runs, { sample: { sample: '00-baby', step: 1500 } })).toMatchObject({
    tab: 'images',
    images: { source: 'samples', sample: '00-baby', step: 1500 },
  }));
