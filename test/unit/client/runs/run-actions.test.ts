import { expect, test } from 'vitest';
import { actionsOf } from '../../../../client/runs/run-actions.ts';
import type { RunState } from '../../../../trainer/run-state/run-state.ts';
import { aRun } from './runs.ts';

test.each<[RunState, string]>([
  ['queued', 'reorder'],
  ['starting', 'stop kill log'],
  ['running', 'pause stop kill checkpoint validate log'],
  ['paused', 'resume stop kill log'],
  ['finished', 'delete log'],
  ['stopped', 'resume delete log'],
  ['failed', 'resume delete log'],
  ['lost', 'resume delete log'],
  ['unknown', 'delete log'],
])('a run that is %s: %s', (state, expected) => {
  expect(actionsOf(aRun({ state })).join(' ')).toBe(expected);
});

test('an external run has no actions', () =>
  expect(actionsOf(aRun({ kind: 'external', state: 'unknown' }))).toEqual([]));
