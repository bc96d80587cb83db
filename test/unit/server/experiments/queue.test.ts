import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { removeFromQueue, type Slots, startNext } from '../../../../server/experiments/queue.ts';
import { enqueue, readLaunch } from '../../../../trainer/runs/launch.ts';
import { type RunPaths, runPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

let folder: string;
let run: RunPaths;
let released: string[];

beforeEach(async () => {
  folder = temporaryFolder();
  run = runPaths(join(folder, 'waiting'));
  released = [];
  await enqueue(run, { stage: 'pretraining', resume: false, order: 1 }, 'name: waiting\n');
});

const slots = (launch: Slots['launch']): Slots => ({
  runFolders: [folder],
  maximum: 1,
  launch,
  released(each, work) {
    released.push(each.name);
    return work();
  },
});
const cannotLaunch = () => Promise.reject(new Error('node is missing'));

test('a run that cannot be started leaves the queue, its files closed', async () => {
  const failures = await startNext(slots(cannotLaunch));
  expect(failures.map(({ error }) => String(error))).toEqual(['Error: node is missing']);
  expect(released).toEqual(['waiting']);
  expect(existsSync(run.root)).toBe(false);
});

test('the reason comes first if cleaning up fails too', async () => {
  const failures = await startNext({
    ...slots(cannotLaunch),
    released: () => Promise.reject(new Error('EBUSY')),
  });
  expect(failures.map(({ error }) => String(error))).toEqual(['Error: node is missing', 'Error: EBUSY']);
});

test('a run that was removed from the queue is deleted if it never started', async () => {
  await removeFromQueue(run, slots(cannotLaunch));
  expect(released).toEqual(['waiting']);
  expect(existsSync(run.root)).toBe(false);
});

test('other files of a run that was removed from the queue remain', async () => {
  mkdirSync(join(run.root, 'checkpoints'));
  await removeFromQueue(run, slots(cannotLaunch));
  expect(existsSync(join(run.root, 'checkpoints'))).toBe(true);
  expect(readLaunch(run).queued).toBeUndefined();
});
