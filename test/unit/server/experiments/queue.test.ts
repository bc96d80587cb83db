import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { moveInQueue, removeFromQueue, type Slots, startNext } from '../../../../server/experiments/queue.ts';
import { enqueue, prepareJob, readLaunch, recordJob } from '../../../../trainer/runs/launch.ts';
import { acquireLock } from '../../../../trainer/runs/lock.ts';
import { type RunPaths, runPaths } from '../../../../trainer/runs/run-directory.ts';
import { writeStatus } from '../../../../trainer/runs/status.ts';
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

test('a run is moved by another spelling of its folder', async () => {
  const next = runPaths(join(folder, 'next'));
  await enqueue(next, { stage: 'pretraining', resume: false, order: 2 }, 'name: next\n');
  await moveInQueue({ ...next, root: `${folder}/./next` }, -1, [folder]);
  expect(readLaunch(next).queued?.order).toBeLessThan(1);
});

test('the reason comes first if cleaning up fails too', async () => {
  const failures = await startNext({
    ...slots(cannotLaunch),
    released: () => Promise.reject(new Error('EBUSY')),
  });
  expect(failures.map(({ error }) => String(error))).toEqual(['Error: node is missing', 'Error: EBUSY']);
});

test('a run that was removed from the queue is deleted if it never started', async () => {
  // A mirror waited for it to start.
  mkdirSync(run.mirror);
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

test.each([
  ['7', ['waiting']],
  ['8', []],
])('only a run of its own job leaves its slot free: job %s', async (id, expected) => {
  const other = runPaths(join(folder, 'other'));
  await prepareJob(other, 'name: other\n', '');
  recordJob(other, { executor: 'slurm', profile: 'gpu', id: '7', stage: 'pretraining' });
  vi.stubEnv('SLURM_JOB_ID', id);
  const none = { rate: null, etaSeconds: null, loss: null, psnr: null, message: null };
  const progress = { epoch: 0, epochs: 1, step: 0, steps: 1 };
  writeStatus(other, { state: 'running', stage: 'pretraining', ...progress, ...none });
  vi.unstubAllEnvs();
  acquireLock(other);
  const started: string[] = [];
  await startNext(slots(async (queued) => void started.push(queued.run.name)));
  expect(started).toEqual(expected);
});
