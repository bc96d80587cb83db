import { expect, test } from 'vitest';
import { isLive, progressOf, type RunState } from '../../../../trainer/run-state/run-state.ts';

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

test.each<[number | null, number | null, number | null]>([
  [0, 10, 0],
  [5, 10, 0.5],
  [10, 10, 1],
  [30, 20, 1],
  [0, 0, null],
  [null, 10, null],
  [5, null, null],
])('the progress of step %s of %s is %s', (step, steps, expected) => {
  expect(progressOf({ step, steps })).toBe(expected);
});
