import { expect, test } from 'vitest';
import { noTrackedRuns, trackRuns } from '../../../../client/runs/unread-ends.ts';
import type { RunState } from '../../../../trainer/run-state/run-state.ts';
import { aRun } from './runs.ts';

/** The states of runs by name, and whether their panels are open. */
type Update = Readonly<Record<string, RunState | `${RunState}, open`>>;

/** The runs that are tracked after these updates. */
function trackedAfter(updates: readonly Update[]): typeof noTrackedRuns {
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
  return tracked;
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
])('failed: %s', (_what, updates, expected) =>
  expect(trackedAfter(updates).failed).toEqual(expected.map((name) => aRun({ name }).run)),
);

test.each<[what: string, updates: readonly Update[], expected: string | undefined]>([
  ['a run that ends', [{ a: 'running' }, { a: 'finished' }, { a: 'finished' }], 'a'],
  ['one that had finished before the window opened', [{ a: 'finished' }], undefined],
  ['one whose panel is open', [{ a: 'running' }, { a: 'finished, open' }], undefined],
  [
    'one whose panel was opened since',
    [{ a: 'running' }, { a: 'finished' }, { a: 'finished, open' }, { a: 'finished' }],
    undefined,
  ],
  ['one that trains its next stage', [{ a: 'running' }, { a: 'finished' }, { a: 'running' }], undefined],
  [
    'one that is stopped or fails',
    [
      { a: 'running', b: 'running' },
      { a: 'stopped', b: 'failed' },
    ],
    undefined,
  ],
  ['one that is deleted', [{ a: 'running' }, { a: 'finished' }, {}], undefined],
  [
    'the last of two',
    [
      { a: 'running', b: 'running' },
      { a: 'finished', b: 'running' },
      { a: 'finished', b: 'finished' },
    ],
    'b',
  ],
])('finished: %s', (_what, updates, expected) =>
  expect(trackedAfter(updates).finished).toBe(expected && aRun({ name: expected }).run),
);
