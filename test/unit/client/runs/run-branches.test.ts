import { expect, test } from 'vitest';
import { createRunBranches } from '../../../../client/runs/run-branches.ts';
import type { RunDetail } from '../../../../server/protocol/runs.ts';
import { aDetail } from './runs.ts';

const run = '/w/runs/photos';

/** A server that answers when it is told to: with a log of this name below the run, or with a failure. */
function aServer() {
  const asked: { answer(log: string): Promise<void>; fail(message: string): Promise<void> }[] = [];
  const ask = () =>
    new Promise<RunDetail>((resolve, reject) => {
      const settled = () => new Promise<void>((done) => setImmediate(done));
      asked.push({
        answer(log) {
          resolve(aDetail({ files: { config: null, log } }));
          return settled();
        },
        fail(message) {
          reject(new Error(message));
          return settled();
        },
      });
    });
  return { asked, ask };
}

function aBranch() {
  const { asked, ask } = aServer();
  const changed: string[] = [];
  const branches = createRunBranches(ask, (each) => changed.push(each));
  const labels = (state: 'running' | 'finished' = 'running') =>
    branches.of(run, state).map(({ label }) => label);
  return { asked, changed, branches, labels };
}

test('what is below a run is never waited for, and asked once', async () => {
  const { asked, changed, labels } = aBranch();
  expect([labels(), labels()]).toEqual([[], []]);
  expect(asked).toHaveLength(1);
  await asked[0]?.answer('/w/one.log');
  expect(changed).toEqual([run]);
  expect(labels()).toEqual(['one.log']);
  expect(asked).toHaveLength(1);
});

test.each(['refresh', 'another state'])(
  'the old lines stand until the new ones are known: %s',
  async (why) => {
    const { asked, changed, branches, labels } = aBranch();
    labels();
    await asked[0]?.answer('/w/one.log');
    if (why === 'refresh') branches.refresh(run);
    const state = why === 'refresh' ? 'running' : 'finished';
    expect(labels(state)).toEqual(['one.log']);
    expect(asked).toHaveLength(2);
    await asked[1]?.answer('/w/two.log');
    expect(changed).toEqual([run, run]);
    expect(labels(state)).toEqual(['two.log']);
  },
);

test('an answer that came too late is not shown', async () => {
  const { asked, changed, branches, labels } = aBranch();
  labels();
  branches.refresh(run);
  await asked[1]?.answer('/w/new.log');
  await asked[0]?.answer('/w/old.log');
  expect(labels()).toEqual(['new.log']);
  branches.refresh(run);
  branches.forget(run);
  await asked[2]?.answer('/w/closed.log');
  expect(changed).toEqual([run]);
  expect(labels()).toEqual([]);
});

test('what cannot be had is said in its place, until it is asked again', async () => {
  const { asked, branches, labels } = aBranch();
  labels();
  await asked[0]?.fail('run.json: unreadable');
  expect(branches.of(run, 'running')).toMatchObject([
    { id: `${run}#failure`, label: 'run.json: unreadable', icon: 'error' },
  ]);
  expect(asked).toHaveLength(1);
  branches.refresh(run);
  await asked[1]?.answer('/w/one.log');
  expect(labels()).toEqual(['one.log']);
});

test('a closed run is not asked about', () => {
  const { asked, branches } = aBranch();
  branches.refresh(run);
  expect(asked).toEqual([]);
});
