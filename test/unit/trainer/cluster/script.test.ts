import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import {
  imageLines,
  jobScript,
  quoted,
  trainingLines,
  withoutPatterns,
} from '../../../../trainer/cluster/script.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';

const profile = { seconds_before_limit: 120, options: [], setup: [] };
const command = { node: '/opt/node', esrgan: "/home/o'neil/esrgan.js" };

test('a script of one run, with all keys of a profile', () => {
  const whole = {
    ...profile,
    partition: 'gpu',
    account: 'lab',
    gres: 'gpu:1',
    cpus: 8,
    memory: '16G',
    time: '4:00:00',
    options: ['--comment=a "b"'],
    setup: ['module load cuda'],
  };
  const text = jobScript({
    name: 'esrgan-a',
    profile: whole,
    folder: '/runs of mine',
    output: '/runs of mine/a/launch/output.txt',
    body: trainingLines([{ root: '/runs of mine/a', file: '/a b.yaml' }], 'training', whole, command),
  });
  expect(text).toBe(`#!/bin/bash
#SBATCH --job-name=esrgan-a
#SBATCH "--chdir=/runs of mine"
#SBATCH "--output=/runs of mine/a/launch/output.txt"
#SBATCH --open-mode=append
#SBATCH --ntasks=1
#SBATCH --partition=gpu
#SBATCH --account=lab
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=4:00:00
#SBATCH --requeue
#SBATCH --signal=USR2@120
#SBATCH "--comment=a \\"b\\""

run='/runs of mine/a' source=(--source '/a b.yaml')
esrgan=('/opt/node' '/home/o'\\''neil/esrgan.js')
module load cuda

code=0
srun --cpus-per-task=8 --kill-on-bad-exit=0 "\${esrgan[@]}" \\
  train "$run/launch/run.esrgan.yaml" --stage training --resume --wait-lock 600 \${source[@]+"\${source[@]}"} || code=$?
# A checkpoint was written before the time limit: the training continues in the next job.
if [ $code -eq 75 ]; then "\${esrgan[@]}" requeue "$run"; fi
exit $code
`);
});

test('an array has a run for each task', () => {
  const runs = [
    { root: '/runs/a', file: null },
    { root: '/runs/b', file: '/b.yaml' },
  ];
  const body = trainingLines(runs, 'pretraining', profile, command);
  expect(body.slice(0, 5)).toEqual([
    'case $SLURM_ARRAY_TASK_ID in',
    "  0) run='/runs/a' source=() ;;",
    "  1) run='/runs/b' source=(--source '/b.yaml') ;;",
    'esac',
    'exec >>"$run/launch/output.txt" 2>&1',
  ]);
  const array = { tasks: 2, atOnce: 1 };
  expect(jobScript({ name: 'n', profile, folder: '/runs', output: '/o', array, body })).toContain(
    '#SBATCH --array=0-1%1\n',
  );
});

test('each task of an array works on its share of the images', () => {
  const requeue = (job: string) =>
    `if [ $code -eq 140 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt 100 ]; then scontrol requeue "${job}" && sleep 300; fi`;
  const words = ['upscale', 'my photos', '--out', 'large'];
  const start = "  '/opt/node' '/home/o'\\''neil/esrgan.js' 'upscale' 'my photos' '--out' 'large'";
  expect(imageLines(words, 20, { ...profile, cpus: 4 }, command)).toEqual([
    'code=0',
    'srun --cpus-per-task=4 --kill-on-bad-exit=0 \\',
    `${start} --share $((SLURM_ARRAY_TASK_ID + 1))/20 || code=$?`,
    expect.stringMatching(/^# /),
    requeue(`\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID`),
    'exit $code',
  ]);
  expect(imageLines(words, undefined, profile, command)).toEqual([
    'code=0',
    'srun --kill-on-bad-exit=0 \\',
    `${start} || code=$?`,
    expect.stringMatching(/^# /),
    requeue('$SLURM_JOB_ID'),
    'exit $code',
  ]);
});

test('a line break in an option is refused: it would be a line of the script', () => {
  const folder = '/runs\ntouch /tmp/x\n#';
  expect(() => jobScript({ name: 'n', profile, folder, output: '/o', body: [] })).toThrow(
    String.raw`"--chdir=/runs\ntouch /tmp/x\n#" cannot be an option of sbatch: it has a line break`,
  );
});

test.skipIf(isWindows).each<[lines: string, source: string | null, code: number, expected: string]>([
  ['set -e', null, 75, 'requeue /r'],
  ['set -eu', '/a.yaml', 75, 'requeue /r'],
  ['', null, 3, ''],
])(
  unlessWindows('after a setup of %j, with source %j, exit code %i: %j', 'needs a shell'),
  (lines, file, code, expected) => {
    // In place of srun and of Node.js.
    const stub = [`srun() { return ${code}; }`, 'node() { echo "$2 $3"; }'];
    const body = trainingLines(
      [{ root: '/r', file }],
      'training',
      { ...profile, setup: [lines] },
      { node: 'node', esrgan: 'esrgan.js' },
    );
    const script = [...stub, ...body].join('\n');
    const { status, stdout } = spawnSync('/bin/bash', ['-c', script], { encoding: 'utf8' });
    expect([status, stdout.trim()]).toEqual([code, expected]);
  },
);

test.skipIf(isWindows).each(['plain', "it's", '$HOME `id` "x" \\', 'two\nlines'])(
  unlessWindows('%j is one word of a shell', 'needs a shell'),
  (text) => {
    expect(execFileSync('/bin/sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' })).toBe(text);
  },
);

test('a percent sign in a path is no pattern', () => {
  expect(withoutPatterns('/a%j/b')).toBe('/a%%j/b');
});
