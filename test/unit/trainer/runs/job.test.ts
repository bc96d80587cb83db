import { expect, test } from 'vitest';
import { isJob, jobStartOf } from '../../../../trainer/runs/job.ts';

test.each<[string, NodeJS.ProcessEnv, ReturnType<typeof jobStartOf>]>([
  ['no job', { SLURM_CLUSTER_NAME: 'main' }, undefined],
  ['a job', { SLURM_CLUSTER_NAME: 'main', SLURM_JOB_ID: '7' }, { job: 'main/7', restarts: 0 }],
  [
    'a job that was requeued',
    { SLURM_CLUSTER_NAME: 'main', SLURM_JOB_ID: '7', SLURM_RESTART_COUNT: '2' },
    { job: 'main/7', restarts: 2 },
  ],
  [
    'a task of an array',
    { SLURM_CLUSTER_NAME: 'main', SLURM_JOB_ID: '9', SLURM_ARRAY_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '0' },
    { job: 'main/7_0', restarts: 0 },
  ],
])('the job of a process: %s', (_, environment, expected) => {
  expect(jobStartOf(environment)).toEqual(expected);
});

test.each([
  ['7', true],
  ['7_12', true],
  ['', false],
  ['abc', false],
  ['7,8', false],
  ['7_', false],
  ['7\n', false],
  ['--me', false],
  [7, false],
])('a file with the id %j describes a job: %s', (id, expected) => {
  const job = { format: 1, time: '', executor: 'slurm', profile: 'gpu', id, stage: 'training' };
  expect(isJob(job)).toBe(expected);
});

test.each([
  ['gpu-2.a', true],
  ['--me', false],
  ['a,b', false],
  ['', false],
])('a file with the cluster %j describes a job: %s', (cluster, expected) => {
  const job = { format: 1, time: '', executor: 'slurm', profile: 'gpu', id: '7', cluster, stage: 'training' };
  expect(isJob(job)).toBe(expected);
});
