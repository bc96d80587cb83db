import { expect, test } from 'vitest';
import { actionsOf } from '../../../../server/protocol/run-actions.ts';
import type { RunState } from '../../../../trainer/run-state/run-state.ts';
import { aRun } from '../../client/runs/runs.ts';

test.each<[RunState, string]>([
  ['queued', 'reorder'],
  ['starting', 'stop kill log'],
  ['running', 'pause stop kill checkpoint validate log'],
  ['paused', 'resume stop kill log'],
  ['finished', 'upscale again delete log'],
  ['stopped', 'resume again delete log'],
  ['failed', 'resume again delete log'],
  ['lost', 'resume again delete log'],
  ['unknown', 'delete log'],
])('a run that is %s: %s', (state, expected) => {
  expect(actionsOf(aRun({ state })).join(' ')).toBe(expected);
});

test('an external run has no actions', () =>
  expect(actionsOf(aRun({ kind: 'external', state: 'unknown' }))).toEqual([]));

test('training can start after a finished pretraining', () =>
  expect(actionsOf(aRun({ state: 'finished', stage: 'pretraining' })).join(' ')).toBe(
    'train upscale again delete log',
  ));
