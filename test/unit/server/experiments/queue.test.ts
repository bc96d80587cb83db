import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { moveInQueue, removeFromQueue, type Slots, startNext } from '../../../../server/experiments/queue.ts';
import {
  enqueue,
  prepareJob,
  readLaunch,
  recordJob,
  recordProcess,
} from '../../../../trainer/runs/launch.ts';
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
  devices: 0,
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

/** A run that trains on a GPU that it was given. */
async function train(name: string, device: number | undefined): Promise<void> {
  const live = runPaths(join(folder, name));
  await prepareJob(live, `name: ${name}\n`, '');
  recordProcess(live, { pid: process.pid, stage: 'pretraining', device });
}

test.each<
  [
    string,
    { devices: number; maximum: number; live: (number | undefined)[]; queued: (number | undefined)[] },
    [string, number | undefined][],
  ]
>([
  [
    'no GPUs: one run',
    { devices: 0, maximum: 1, live: [], queued: [undefined, undefined] },
    [['q0', undefined]],
  ],
  ['no GPUs, a run trains', { devices: 0, maximum: 1, live: [undefined], queued: [undefined] }, []],
  [
    'no GPUs: the trainer refuses the one that is named',
    { devices: 0, maximum: 1, live: [], queued: [3] },
    [['q0', undefined]],
  ],
  [
    'four GPUs: four runs',
    { devices: 4, maximum: 1, live: [], queued: [undefined, undefined, undefined, undefined, undefined] },
    [
      ['q0', 0],
      ['q1', 1],
      ['q2', 2],
      ['q3', 3],
    ],
  ],
  ['the free GPU', { devices: 3, maximum: 1, live: [0, 2], queued: [undefined, undefined] }, [['q0', 1]]],
  [
    'a run of a terminal has the first',
    { devices: 2, maximum: 1, live: [undefined], queued: [undefined] },
    [['q0', 1]],
  ],
  [
    'two runs on each',
    { devices: 2, maximum: 2, live: [0, 1, 1], queued: [undefined, undefined] },
    [['q0', 0]],
  ],
  [
    'one waits for its GPU, the next does not',
    { devices: 2, maximum: 1, live: [1], queued: [1, undefined] },
    [['q1', 0]],
  ],
  [
    'the named GPU',
    { devices: 4, maximum: 1, live: [], queued: [2, undefined] },
    [
      ['q0', 2],
      ['q1', 0],
    ],
  ],
  [
    'the trainer refuses a GPU that is not there',
    { devices: 2, maximum: 1, live: [], queued: [5] },
    [['q0', 5]],
  ],
])('%s', async (_, { devices, maximum, live, queued }, expected) => {
  await removeFromQueue(run, slots(cannotLaunch));
  for (const [index, device] of live.entries()) await train(`live${index}`, device);
  for (const [order, device] of queued.entries()) {
    const each = runPaths(join(folder, `q${order}`));
    await enqueue(each, { stage: 'pretraining', resume: false, order, device }, `name: q${order}\n`);
  }
  const started: [string, number | undefined][] = [];
  const launch: Slots['launch'] = async (each, device) => void started.push([each.run.name, device]);
  await startNext({ ...slots(launch), devices, maximum });
  expect(started).toEqual(expected);
});
