import { describe, expect, test } from 'vitest';
import { type CompareState, initialState, parseState } from '../../../../media/compare/compare-state.ts';

const runs = ['/r/a', '/r/b'];
const first = initialState(runs);

describe('what a page kept is taken part by part', () => {
  test.each<{ kept: unknown; changed: Partial<CompareState> }>([
    { kept: undefined, changed: {} },
    { kept: { tab: 'pixels', baseline: '/r/x', models: [{ kind: 'other' }], images: 5 }, changed: {} },
    { kept: { tab: 'curves', baseline: '/r/b' }, changed: { tab: 'curves', baseline: '/r/b' } },
    { kept: { baseline: null }, changed: { baseline: null } },
    {
      kept: { models: [{ kind: 'checkpoint', stage: 'training', checkpoint: 400 }] },
      changed: { models: [{ kind: 'checkpoint', stage: 'training', checkpoint: 400 }] },
    },
    {
      kept: { models: [{ kind: 'interpolated', alpha: 2, pretraining: 'best', training: 'last' }] },
      changed: {},
    },
    {
      kept: { images: { gain: 16, box: { x: 0, y: 0, width: 0, height: 4 }, wipeTiles: ['hr', null] } },
      changed: { images: { ...first.images, gain: 16, wipeTiles: ['hr', null] } },
    },
    {
      kept: { table: { sort: { column: 'c', metric: 'psnr', isBestFirst: false }, hiddenRows: [1] } },
      changed: {
        table: { ...first.table, sort: { column: 'c', metric: 'psnr', isBestFirst: false } },
      },
    },
    { kept: { checkpoints: { alpha: 1.5 }, curves: { smoothing: 1, xAxis: 'step-log' } }, changed: {} },
  ])('$kept', ({ kept, changed }) => expect(parseState(kept, runs)).toEqual({ ...first, ...changed }));
});

test('the runs that the person chose win over those that the page was made for', () =>
  expect(parseState({ runs: ['/r/c'] }, runs)).toEqual(initialState(['/r/c'])));

test('what it gives can be kept', () =>
  expect(parseState(JSON.parse(JSON.stringify(first)), [])).toEqual(first));
