import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { jobStatesOf, slurm } from '../../../../trainer/cluster/slurm.ts';
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

const isWindows = process.platform === 'win32';

test.skipIf(isWindows)(
  `the filters of a person hide no jobs${isWindows ? ' (skipped: needs a shell)' : ''}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esrgan-'));
    const program = '#!/bin/sh\n[ -n "$SQUEUE_STATES" ] || echo "7|PENDING|$SLURM_CONF|"\n';
    writeFileSync(join(folder, 'squeue'), program, { mode: 0o755 });
    vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter));
    vi.stubEnv('SQUEUE_STATES', 'RUNNING');
    vi.stubEnv('SLURM_CONF', 'Resources');
    const states = await slurm.states(['7']).finally(() => vi.unstubAllEnvs());
    expect(states.get('7')).toEqual({ state: 'pending', reason: 'Resources' });
  },
);

test('without Slurm, a message says where to submit', async () => {
  vi.stubEnv('PATH', '');
  await expect(slurm.cancel('7').finally(() => vi.unstubAllEnvs())).rejects.toThrow(
    'scancel is not installed here: submit runs on a login node of the cluster.',
  );
});
