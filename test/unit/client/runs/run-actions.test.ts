import { expect, test } from 'vitest';
import { abilitiesOf, isLive } from '../../../../client/runs/run-actions.ts';
import type { RunStateName } from '../../../../server/protocol/runs.ts';
import { aRun } from './runs.ts';

test.each<[RunStateName, string, boolean]>([
  ['queued', 'reorder', false],
  ['starting', 'stop kill log', true],
  ['running', 'pause stop kill checkpoint validate log', true],
  ['paused', 'resume stop kill log', true],
  ['finished', 'delete log', false],
  ['stopped', 'resume delete log', false],
  ['failed', 'resume delete log', false],
  ['lost', 'resume delete log', false],
  ['unknown', 'delete log', false],
])('a run that is %s: %s', (state, expected, live) => {
  expect(abilitiesOf(aRun({ state })).join(' ')).toBe(expected);
  expect(isLive(aRun({ state }))).toBe(live);
});

test('a folder of another trainer is only looked at', () =>
  expect(abilitiesOf(aRun({ kind: 'external', state: 'unknown' }))).toEqual([]));
