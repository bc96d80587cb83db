import { expect, test } from 'vitest';
import { isLive, type RunState } from '../../../../trainer/run-state/run-state.ts';

test.each<[RunState, boolean]>([
  ['queued', false],
  ['starting', true],
  ['running', true],
  ['paused', true],
  ['finished', false],
  ['stopped', false],
  ['failed', false],
  ['lost', false],
  ['unknown', false],
])('a run that is %s is live: %s', (state, expected) => {
  expect(isLive({ state })).toBe(expected);
});
