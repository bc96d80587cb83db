import { expect, test } from 'vitest';
import { restoreBeforeAfterState } from '../../../../media/before-after/before-after-state.ts';

const initial = { index: 0, wipe: 0.5, view: null, scaling: 'smooth' };
const view = { zoom: 2, x: 10, y: 20 };

test.each([
  ['nothing', undefined, initial],
  [
    'all',
    { index: 1, wipe: 0.2, view, scaling: 'squares' },
    { index: 1, wipe: 0.2, view, scaling: 'squares' },
  ],
  ['an image that no longer exists', { index: 3, wipe: 0.2, view }, { ...initial, wipe: 0.2 }],
  ['invalid parts', { index: '1', wipe: 7, view: { zoom: 0 }, scaling: 3 }, initial],
])('restores %s', (_, saved, expected) => {
  expect(restoreBeforeAfterState(saved, 3)).toEqual(expected);
});
