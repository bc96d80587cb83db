import { expect, test } from 'vitest';
import { createRunBranches } from '../../../../client/runs/run-branches.ts';
import type { RunDetail } from '../../../../server/protocol/runs.ts';
import { aDetail } from './runs.ts';

const run = '/w/runs/photos';

/** A server that the test lets reply, with a log of this name as the child of the run, or fail. */
function aServer() {
  const requests: { answer(log: string): Promise<void>; fail(message: string): Promise<void> }[] = [];
  const load = () =>
    new Promise<RunDetail>((resolve, reject) => {
      const settled = () => new Promise<void>((done) => setImmediate(done));
      requests.push({
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
  return { requests, load };
}

function aBranch() {
  const { requests, load } = aServer();
  const changed: string[] = [];
  const branches = createRunBranches(load, (each) => changed.push(each));
  const labels = (state: 'running' | 'finished' = 'running') =>
    branches.of(run, state).map(({ label }) => label);
  return { requests, changed, branches, labels };
}

test('children are requested once and never awaited', async () => {
  const { requests, changed, labels } = aBranch();
  expect([labels(), labels()]).toEqual([[], []]);
  expect(requests).toHaveLength(1);
  await requests[0]?.answer('/w/one.log');
  expect(changed).toEqual([run]);
  expect(labels()).toEqual(['one.log']);
  expect(requests).toHaveLength(1);
});

test.each(['refresh', 'another state'])(
  'the old children remain until the new ones are loaded: %s',
  async (why) => {
    const { requests, changed, branches, labels } = aBranch();
    labels();
    await requests[0]?.answer('/w/one.log');
    if (why === 'refresh') branches.refresh(run);
    const state = why === 'refresh' ? 'running' : 'finished';
    expect(labels(state)).toEqual(['one.log']);
    expect(requests).toHaveLength(2);
    await requests[1]?.answer('/w/two.log');
    expect(changed).toEqual([run, run]);
    expect(labels(state)).toEqual(['two.log']);
  },
);

test('an outdated reply is ignored', async () => {
  const { requests, changed, branches, labels } = aBranch();
  labels();
  branches.refresh(run);
  await requests[1]?.answer('/w/new.log');
  await requests[0]?.answer('/w/old.log');
  expect(labels()).toEqual(['new.log']);
  branches.refresh(run);
  branches.forget(run);
  await requests[2]?.answer('/w/closed.log');
  expect(changed).toEqual([run]);
  expect(labels()).toEqual([]);
});

test('a failure is an item until the next request', async () => {
  const { requests, branches, labels } = aBranch();
  labels();
  await requests[0]?.fail('run.json: unreadable');
  expect(branches.of(run, 'running')).toMatchObject([
    { id: `${run}#failure`, label: 'run.json: unreadable', icon: 'error' },
  ]);
  expect(requests).toHaveLength(1);
  branches.refresh(run);
  await requests[1]?.answer('/w/one.log');
  expect(labels()).toEqual(['one.log']);
});

test('a collapsed run is not requested', () => {
  const { requests, branches } = aBranch();
  branches.refresh(run);
  expect(requests).toEqual([]);
});
