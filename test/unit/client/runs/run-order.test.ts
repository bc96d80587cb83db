import { expect, test } from 'vitest';
import { changeRuns, sortRuns } from '../../../../client/runs/run-order.ts';
import { aRun } from './runs.ts';

const runs = [
  aRun({ name: 'old', state: 'finished', created: 1 }),
  aRun({ name: 'waits', state: 'queued', queuePosition: 1, created: 9 }),
  aRun({ name: 'waits-first', state: 'queued', queuePosition: 0, created: 8 }),
  aRun({ name: 'new', state: 'failed', created: 5 }),
  aRun({ name: 'undated', state: 'unknown', created: null }),
  aRun({ name: 'live', state: 'paused', created: 2 }),
];
const names = (list: ReturnType<typeof sortRuns>) => list.map(({ name }) => name);

test('live runs, then the queue, then the newest', () =>
  expect(names(sortRuns(runs))).toEqual(['live', 'waits-first', 'waits', 'new', 'old', 'undated']));

test('a change moves, adds and removes', () => {
  const changed = [aRun({ name: 'old', state: 'running', created: 1 }), aRun({ name: 'more', created: 3 })];
  const after = changeRuns(sortRuns(runs), { changed, removed: ['/w/runs/new', '/w/runs/nowhere'] });
  expect(names(after)).toEqual(['more', 'live', 'old', 'waits-first', 'waits', 'undated']);
});
