import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Executor } from '../../../../trainer/cluster/executor.ts';
import { cancelJob, type Submission, submitRuns } from '../../../../trainer/cluster/submit.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import { type JobState, jobKey } from '../../../../trainer/runs/job.ts';
import { prepareJob, recordJob } from '../../../../trainer/runs/launch.ts';
import { readRun } from '../../../../trainer/runs/list.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryFolder } from '../runs/temporary-run.ts';

const never = () => Promise.reject(new Error('not expected'));

test.each<[JobState['state'], afterwards: JobState, remains: boolean]>([
  ['pending', { state: 'ended' }, false],
  ['pending', { state: 'pending', reason: 'Priority' }, false],
  ['pending', { state: 'running', nodes: 'n1' }, true],
  ['running', { state: 'running', nodes: 'n1' }, true],
])('a run whose job was %s, cancelled when it is %j, remains: %s', async (state, afterwards, remains) => {
  const run = runPaths(join(temporaryFolder(), 'waits'));
  await prepareJob(run, 'name: waits\n', '');
  recordJob(run, { executor: 'slurm', profile: 'gpu', id: '7', stage: 'pretraining' });
  const cancelled: string[] = [];
  const executor: Executor = {
    submit: never,
    requeue: never,
    async states(jobs) {
      return { states: new Map(jobs.map((job) => [jobKey(job), afterwards])), problem: undefined };
    },
    async cancel({ id }) {
      cancelled.push(id);
    },
  };
  const before: JobState = state === 'pending' ? { state, reason: '' } : { state: 'running', nodes: 'n1' };
  const found = readRun(run.root, Date.now(), new Map([['/7', before]]));
  if (found?.openJob === undefined) throw new Error('the run has no job');
  await cancelJob(found, found.openJob, executor);
  expect([cancelled, existsSync(run.root)]).toEqual([['7'], remains]);
});

test('a refused submission leaves nothing behind, not even the folder of the runs', async () => {
  const folder = temporaryFolder();
  const { config } = readRunFile('name: refused\n', { file: join(folder, 'run.esrgan.yaml') });
  if (config === undefined) throw new Error('the run file has problems');
  const executor: Executor = {
    submit: () => Promise.reject(new WorkbenchError('run', 'no such partition')),
    states: async () => ({ states: new Map(), problem: undefined }),
    cancel: never,
    requeue: never,
  };
  const settings = { seconds_before_limit: 120, options: [], setup: [] };
  const submission: Submission = {
    runs: [{ config, file: null }],
    stage: 'pretraining',
    resume: false,
    atOnce: 1,
    profile: { name: 'gpu', settings },
    command: { node: 'node', esrgan: 'esrgan.js' },
  };
  await expect(submitRuns(submission, executor)).rejects.toThrow('no such partition');
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(join(folder, 'runs'));
  await expect(submitRuns(submission, executor)).rejects.toThrow('no such partition');
  expect(readdirSync(folder)).toEqual(['runs']);
});

test('both stages are one job, whose run says before it starts that the second follows', async () => {
  const { config } = readRunFile('name: both\n', { file: join(temporaryFolder(), 'run.esrgan.yaml') });
  if (config === undefined) throw new Error('the run file has problems');
  const scripts: string[] = [];
  const executor: Executor = {
    async submit(script) {
      scripts.push(script);
      return { id: '7' };
    },
    states: async () => ({ states: new Map(), problem: undefined }),
    cancel: never,
    requeue: never,
  };
  const submission: Submission = {
    runs: [{ config, file: null }],
    stage: 'all',
    resume: false,
    atOnce: 1,
    profile: { name: 'gpu', settings: { seconds_before_limit: 120, options: [], setup: [] } },
    command: { node: 'node', esrgan: 'esrgan.js' },
  };
  const [submitted] = await submitRuns(submission, executor);
  if (submitted === undefined) throw new Error('nothing was submitted');
  expect(scripts.join()).toContain('--stage all --resume');
  const waits: JobState = { state: 'pending', reason: 'Priority' };
  const found = readRun(submitted.run.root, Date.now(), new Map([['/7', waits]]));
  expect(found?.state).toMatchObject({ state: 'queued', stage: 'pretraining', next: 'training' });
});
