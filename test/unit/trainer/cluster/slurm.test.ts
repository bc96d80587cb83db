import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { jobStatesOf, slurm } from '../../../../trainer/cluster/slurm.ts';
import type { JobId, JobState } from '../../../../trainer/runs/job.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';

afterEach(() => vi.unstubAllEnvs());

/** Makes a command of Slurm print this text from now on; returns a function that reads the arguments that it had. */
function fakeCommand(name: string, output: string): () => string[] {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-slurm-'));
  const log = join(folder, 'arguments');
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\necho '${output}'\n`;
  writeFileSync(join(folder, name), script, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  return () => readFileSync(log, 'utf8').trim().split('\n').sort();
}

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

test.skipIf(isWindows)(
  `the filters of a person hide no jobs${isWindows ? ' (skipped: needs a shell)' : ''}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esrgan-'));
    const program = '#!/bin/sh\n[ -n "$SQUEUE_STATES" ] || echo "7|PENDING|$SLURM_CONF|"\n';
    writeFileSync(join(folder, 'squeue'), program, { mode: 0o755 });
    vi.stubEnv('PATH', [folder, process.env.PATH].join(delimiter));
    vi.stubEnv('SQUEUE_STATES', 'RUNNING');
    vi.stubEnv('SLURM_CONF', 'Resources');
    const states = await slurm.states([{ id: '7' }]);
    expect(states.get('/7')).toEqual({ state: 'pending', reason: 'Resources' });
  },
);

test('without Slurm, a message says where to submit', async () => {
  vi.stubEnv('PATH', '');
  await expect(slurm.cancel({ id: '7' })).rejects.toThrow(
    'scancel is not installed here: submit runs on a login node of the cluster.',
  );
});

test.skipIf(isWindows).each<[printed: string, JobId]>([
  ['7', { id: '7' }],
  ['7;north', { id: '7', cluster: 'north' }],
])(unlessWindows('a job of which sbatch prints %s', 'needs a shell'), async (printed, expected) => {
  fakeCommand('sbatch', printed);
  expect(await slurm.submit('')).toEqual(expected);
});

test.skipIf(isWindows)(
  unlessWindows('jobs are asked about, and cancelled, on their clusters', 'needs a shell'),
  async () => {
    const format = '-o %i|%T|%r|%N';
    const asked = fakeCommand('squeue', '7|PENDING|Priority|');
    const states = await slurm.states([{ id: '7' }, { id: '7_1' }, { id: '8', cluster: 'north' }]);
    expect(asked()).toEqual([`-M north -h -r -j 8,8 ${format}`, `-h -r -j 7,7 ${format}`]);
    expect(Object.fromEntries(states)).toEqual({
      '/7': { state: 'pending', reason: 'Priority' },
      '/7_1': { state: 'ended' },
      'north/8': { state: 'ended' },
    });
    const cancelled = fakeCommand('scancel', '');
    await slurm.cancel({ id: '7' });
    await slurm.cancel({ id: '8', cluster: 'north' });
    expect(cancelled()).toEqual(['-M north 8', '7']);
  },
);
