import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { createSlurm, jobStatesOf, slurm } from '../../../../trainer/cluster/slurm.ts';
import type { JobId, JobState } from '../../../../trainer/runs/job.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';

afterEach(() => vi.unstubAllEnvs());

/** Makes a command of Slurm print this text from now on; returns a function that reads the arguments that it had. */
const fakeCommand = (name: string, output: string) => fakeScript(name, `echo '${output}'`);

/** The same with lines of a shell. */
function fakeScript(name: string, lines: string): () => string[] {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-slurm-'));
  const log = join(folder, 'arguments');
  const script = `#!/bin/sh\nprintf '%s\\n' "$*" >> '${log}'\n${lines}\n`;
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
    const { states } = await slurm.states([{ id: '7' }]);
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
  const args = fakeCommand('sbatch', printed);
  expect(await slurm.submit('', 'esrgan-a')).toEqual(expected);
  expect(args()).toEqual([expect.stringMatching(/^--parsable --job-name=esrgan-a-[0-9a-f]{8}$/)]);
});

test.skipIf(isWindows)(
  unlessWindows('jobs are asked about, and cancelled, on their clusters', 'needs a shell'),
  async () => {
    const format = '-o %i|%T|%r|%N';
    const asked = fakeCommand('squeue', '7|PENDING|Priority|');
    const { states } = await slurm.states([{ id: '7' }, { id: '7_1' }, { id: '8', cluster: 'north' }]);
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

const impatient = createSlurm({ answer: 1000, pause: 1 });
const timeout =
  'echo "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation" >&2; exit 1';

test.skipIf(isWindows).each<[string, sbatch: string, script: string, squeue: string, JobId, option: string]>([
  ['says that it timed out', timeout, '', 'echo 7', { id: '7' }, '-h'],
  ['does not answer', 'sleep 5', '', 'echo 7', { id: '7' }, '-h'],
  [
    'loses its answer, and the job is listed late',
    timeout,
    '',
    '[ -e "$0.x" ] && echo 7; touch "$0.x"',
    { id: '7' },
    '-h',
  ],
  [
    'times out with several clusters',
    timeout,
    '#!/bin/bash\n#SBATCH --clusters=north,south\n',
    'printf "CLUSTER: north\\nCLUSTER: south\\n7\\n"',
    { id: '7', cluster: 'south' },
    '-M north,south -h',
  ],
])(
  unlessWindows('a job is found by its name where sbatch %s', 'needs a shell'),
  async (_, sbatch, script, squeue, job, option) => {
    const submitted = fakeScript('sbatch', sbatch);
    const asked = fakeScript('squeue', squeue);
    expect(await impatient.submit(script, 'esrgan-a')).toEqual(job);
    const [, name] = /--job-name=(\S+)/.exec(submitted()[0] ?? '') ?? [];
    expect(asked()[0]).toBe(`${option} --name=${name} -o %A`);
  },
);

test.skipIf(isWindows).each<[string, sbatch: string, squeue: string, message: RegExp]>([
  [
    'refuses',
    'echo "sbatch: error: invalid partition" >&2; exit 1',
    'echo 7',
    /^sbatch failed: sbatch: error: invalid partition$/,
  ],
  [
    'times out, and no job is listed',
    timeout,
    'true',
    /It is not known whether .*: squeue lists no job esrgan-a-\w{8} so far\. .*scancel --name=esrgan-a-/,
  ],
  ['and squeue time out', timeout, 'exit 1', /It is not known whether .*: squeue does not answer either\./],
])(
  unlessWindows('a submission fails where sbatch %s', 'needs a shell'),
  async (_, sbatch, squeue, message) => {
    fakeScript('sbatch', sbatch);
    fakeScript('squeue', squeue);
    await expect(impatient.submit('', 'esrgan-a')).rejects.toThrow(message);
  },
);

test.skipIf(isWindows)(
  unlessWindows('a cluster that does not answer leaves the states of others known', 'needs a shell'),
  async () => {
    fakeScript(
      'squeue',
      'case "$*" in *north*) echo "no such cluster" >&2; exit 1;; esac; echo "7|RUNNING|None|n1"',
    );
    const { states, problem } = await slurm.states([{ id: '7' }, { id: '8', cluster: 'north' }]);
    expect(Object.fromEntries(states)).toEqual({ '/7': { state: 'running', nodes: 'n1' } });
    expect(problem).toBe('squeue failed: no such cluster');
  },
);
