import { expect, test } from 'vitest';
import { newsOf, sessionMinutes } from '../../../../client/runs/ended-runs.ts';
import type { RunSummary } from '../../../../server/protocol/runs.ts';
import { aRun } from './runs.ts';

const run = (name: string, state: RunSummary['state'], hints: readonly string[] = []) =>
  aRun({ run: `/w/${name}`, name, state, hints });

/** The news of each list of runs after the first, as `name kind hint`. */
function check(...lists: readonly (readonly RunSummary[])[]): string[] {
  let known: ReturnType<typeof newsOf>['known'] | undefined;
  return lists.map((runs) => {
    const update = newsOf(known, runs);
    known = update.known;
    return update.news.map((each) => [each.run.name, each.kind, each.hint].join(' ').trim()).join(', ');
  });
}

test.each<[string, readonly (readonly RunSummary[])[], readonly string[]]>([
  ['what was over before is no news', [[run('a', 'finished')], [run('a', 'finished')]], ['', '']],
  [
    'a run finishes',
    [[run('a', 'running')], [run('a', 'finished')], [run('a', 'finished')]],
    ['', 'a finished', ''],
  ],
  ['a run fails', [[run('a', 'starting')], [run('a', 'failed')]], ['', 'a failed']],
  ['a run crashes', [[run('a', 'paused')], [run('a', 'lost')]], ['', 'a failed']],
  ['a person stops it', [[run('a', 'running')], [run('a', 'stopped')]], ['', '']],
  ['a queued run starts', [[run('a', 'queued')], [run('a', 'running')]], ['', '']],
  ['a deleted run', [[run('a', 'running')], []], ['', '']],
  [
    'a hint, once',
    [[run('a', 'running')], [run('a', 'running', ['flat'])], [run('a', 'running', ['flat', 'strong'])]],
    ['', 'a hint flat', 'a hint strong'],
  ],
  [
    'a hint that was there before',
    [[run('a', 'running', ['flat'])], [run('a', 'running', ['flat'])]],
    ['', ''],
  ],
  [
    'of several runs',
    [
      [run('a', 'running'), run('b', 'running')],
      [run('a', 'finished'), run('b', 'failed')],
    ],
    ['', 'a finished, b failed'],
  ],
])('%s', (_, lists, expected) => expect(check(...lists)).toEqual(expected));

test.each([
  [[], 0],
  [[{ started: 0, stopped: { time: 600_000 } }], 10],
  [[{ started: 0, stopped: null }], 20],
  [[{ started: 0, stopped: { time: null } }], 20],
  [[{ started: null, stopped: null }], 0],
  [
    [
      { started: 0, stopped: { time: 600_000 } },
      { started: 600_000, stopped: { time: 660_000 } },
    ],
    1,
  ],
])('%j ran for %d minutes at last', (sessions, minutes) =>
  expect(sessionMinutes(sessions, 1_200_000)).toBe(minutes),
);
