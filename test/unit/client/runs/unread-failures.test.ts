import { expect, test } from 'vitest';
import { nothingWatched, watchRuns } from '../../../../client/runs/unread-failures.ts';
import type { RunState } from '../../../../trainer/run-state/run-state.ts';
import { aRun } from './runs.ts';

/** The states of runs by their names, and whose panel is open. */
type Look = Readonly<Record<string, RunState | `${RunState}, open`>>;

/** Which runs are told as failed after these looks at them. */
function check(looks: readonly Look[], expected: readonly string[]): void {
  let watched = nothingWatched;
  for (const look of looks) {
    const open = new Set<string>();
    const runs = Object.entries(look).map(([name, said]) => {
      const state = states.find((each) => said.startsWith(each))!;
      const run = aRun({ name, state });
      if (said !== state) open.add(run.run);
      return run;
    });
    watched = watchRuns(watched, runs, (run) => open.has(run));
  }
  expect(watched.failed).toEqual(expected.map((name) => aRun({ name }).run));
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

test.each<[what: string, looks: readonly Look[], expected: readonly string[]]>([
  ['a run that crashes', [{ a: 'running' }, { a: 'lost' }], ['a']],
  ['one that fails while it starts', [{ a: 'starting' }, { a: 'failed' }], ['a']],
  ['one that had failed before the window opened', [{ a: 'failed' }], []],
  [
    'one that was stopped, or is done',
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
  ['one that goes on', [{ a: 'running' }, { a: 'lost' }, { a: 'running' }], []],
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
  ['one whose reason is told a moment later', [{ a: 'running' }, { a: 'lost' }, { a: 'failed' }], ['a']],
])('%s', (_what, looks, expected) => check(looks, expected));
