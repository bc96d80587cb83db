import { expect, test } from 'vitest';
import { noTrackedRuns, trackRuns } from '../../../../client/runs/unread-failures.ts';
import type { RunState } from '../../../../trainer/run-state/run-state.ts';
import { aRun } from './runs.ts';

/** The states of runs by name, and whether their panels are open. */
type Update = Readonly<Record<string, RunState | `${RunState}, open`>>;

/** Checks which runs are reported as failed after these updates. */
function check(updates: readonly Update[], expected: readonly string[]): void {
  let tracked = noTrackedRuns;
  for (const update of updates) {
    const open = new Set<string>();
    const runs = Object.entries(update).map(([name, said]) => {
      const state = states.find((each) => said.startsWith(each))!;
      const run = aRun({ name, state });
      if (said !== state) open.add(run.run);
      return run;
    });
    tracked = trackRuns(tracked, runs, (run) => open.has(run));
  }
  expect(tracked.failed).toEqual(expected.map((name) => aRun({ name }).run));
}

const states: readonly RunState[] = [
  'starting',
  'running',
  'paused',
  'finished',
  'stopped',
  'failed',
  'lost',
];

test.each<[what: string, updates: readonly Update[], expected: readonly string[]]>([
  ['a run that crashes', [{ a: 'running' }, { a: 'lost' }], ['a']],
  ['one that fails while it starts', [{ a: 'starting' }, { a: 'failed' }], ['a']],
  ['one that had failed before the window opened', [{ a: 'failed' }], []],
  [
    'one that was stopped or has finished',
    [
      { a: 'running', b: 'paused' },
      { a: 'finished', b: 'stopped' },
    ],
    [],
  ],
  ['one whose panel is open', [{ a: 'running' }, { a: 'lost, open' }], []],
  [
    'one whose panel was opened since',
    [{ a: 'running' }, { a: 'lost' }, { a: 'lost, open' }, { a: 'lost' }],
    [],
  ],
  ['one that is resumed', [{ a: 'running' }, { a: 'lost' }, { a: 'running' }], []],
  ['one that fails again', [{ a: 'running' }, { a: 'lost, open' }, { a: 'running' }, { a: 'lost' }], ['a']],
  ['one that is deleted', [{ a: 'running' }, { a: 'lost' }, {}], []],
  [
    'two, the latest last',
    [
      { a: 'running', b: 'running' },
      { a: 'running', b: 'lost' },
      { a: 'lost', b: 'lost' },
    ],
    ['b', 'a'],
  ],
  ['one whose reason is reported later', [{ a: 'running' }, { a: 'lost' }, { a: 'failed' }], ['a']],
])('%s', (_what, updates, expected) => check(updates, expected));
