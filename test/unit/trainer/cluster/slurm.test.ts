import { expect, test } from 'vitest';
import { jobStatesOf } from '../../../../trainer/cluster/slurm.ts';
import type { JobState } from '../../../../trainer/runs/job.ts';

test.each<[string, line: string, id: string, expected: JobState | undefined]>([
  ['waits', '7|PENDING|Resources|', '7', { state: 'pending', reason: 'Resources' }],
  [
    'is held after a requeue',
    '7|REQUEUE_HOLD|launch failed|',
    '7',
    { state: 'pending', reason: 'launch failed' },
  ],
  [
    'task of an array',
    '7_2|PENDING|JobArrayTaskLimit|',
    '7_2',
    { state: 'pending', reason: 'JobArrayTaskLimit' },
  ],
  ['runs', '7|RUNNING|None|n[1-2]', '7', { state: 'running', nodes: 'n[1-2]' }],
  ['boots its node', '7|CONFIGURING|None|n1', '7', { state: 'running', nodes: 'n1' }],
  ['ends, or is queued again', '7|COMPLETING|None|n1', '7', { state: 'running', nodes: 'n1' }],
  ['has failed', '7|FAILED|NonZeroExitCode|n1', '7', { state: 'ended' }],
  ['is another one', '8|RUNNING|None|n1', '7', undefined],
])('a job that %s', (_, line, id, expected) => {
  expect(jobStatesOf(`${line}\n`).get(id)).toEqual(expected);
});
