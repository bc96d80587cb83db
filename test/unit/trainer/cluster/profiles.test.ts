import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  findProfile,
  profileProblems,
  profilesFile,
  readProfiles,
} from '../../../../trainer/cluster/profiles.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-profiles-'));
  file = join(folder, 'clusters.yaml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, text: string, expected: object]>([
  ['an empty file', '# nothing yet\n', {}],
  [
    'a profile without keys',
    'gpu:\ncpu: { cpus: 2 }\n',
    { gpu: { seconds_before_limit: 120, options: [], setup: [] }, cpu: { cpus: 2 } },
  ],
  ['only defaults', 'gpu: {}', { gpu: { seconds_before_limit: 120, options: [], setup: [] } }],
  [
    'all keys',
    'gpu:\n  partition: p\n  account: a\n  gres: gpu:1\n  cpus: 8\n  memory: 16G\n  time: 1-12:00:00\n  seconds_before_limit: 300\n  options: [--constraint=a100]\n  setup: [module load cuda]\n  node: /opt/node\n',
    {
      gpu: {
        partition: 'p',
        account: 'a',
        gres: 'gpu:1',
        cpus: 8,
        memory: '16G',
        time: '1-12:00:00',
        seconds_before_limit: 300,
        options: ['--constraint=a100'],
        setup: ['module load cuda'],
        node: '/opt/node',
      },
    },
  ],
  // Not sixty times as much: YAML 1.2 has no numbers to the base of 60.
  ['a time', 'a: { time: 4:00:00 }\nb: { time: 30 }', { a: { time: '4:00:00' }, b: { time: 30 } }],
])('reads %s', (_, text, expected) => {
  writeFileSync(file, text);
  expect(Object.fromEntries(readProfiles(file))).toMatchObject(expected);
});

test.each<[string, text: string, problem: string]>([
  ['a list', '- gpu', '1:1: error: the file of profiles must be a map, not a list'],
  ['a typo', 'gpu: { tme: 3 }', '1:8: error: unknown key `tme` in `gpu`; did you mean `time`?'],
  [
    'memory without a unit',
    'gpu:\n  memory: lots\n',
    '2:11: error: `gpu.memory` must be a whole number with a unit, such as `16G` or `500M`, not "lots"',
  ],
  ['no time of Slurm', 'gpu: { time: 4h }', '1:14: error: `gpu.time` must be a time of Slurm'],
  [
    'an option without dashes',
    'gpu: { options: [x] }',
    '1:18: error: `gpu.options[0]` must be an option of sbatch',
  ],
  [
    'a time that is a list',
    'gpu: { time: [1] }',
    '1:14: error: `gpu.time` must be a time of Slurm, such as `30`',
  ],
  ['no time', 'gpu: { time: 0 }', '1:14: error: `gpu.time` must be a time of Slurm, such as `30` (minutes)'],
  [
    'memory that is a number',
    'gpu: { memory: 16 }',
    '1:16: error: `gpu.memory` must be a whole number with a unit, such as `16G` or `500M`, not 16',
  ],
  [
    'a key without a profile',
    'partition: gpu\ntime: 30\n',
    '1:12: error: `partition` is a key of a profile: write it below the name of one, such as `gpu: { partition: … }`',
  ],
  [
    'a profile that is a value',
    'gpu: 5',
    '1:6: error: `gpu` must be a profile, a map with partition, account, gres, cpus, memory, time, seconds_before_limit, options, setup, node, not 5',
  ],
  [
    'an empty value',
    'gpu:\n  partition:\n',
    '2:3: error: `gpu.partition` must be a string, not empty; without the key, the default is used',
  ],
  [
    'a time that is not longer than the default of `seconds_before_limit`',
    'gpu:\n  time: 2\n',
    '2:9: error: `gpu.time` is 2 min, which must be longer than `seconds_before_limit` (2 min): raise the one, or lower the other',
  ],
  ['broken YAML', 'gpu: {', '1:6: error: this bracket is not closed'],
  ['a duplicate', 'gpu: {}\ngpu: {}', '2:1: error: `gpu` is a duplicate key'],
])('%s is a problem', (_, text, problem) => {
  writeFileSync(file, text);
  expect(() => readProfiles(file)).toThrow(`${file}:${problem}`);
});

test.each<[time: string, seconds: number]>([
  ['3', 180],
  ['0:50', 50],
  ['0:02:05', 125],
  ['1-0', 86_400],
  ['0-1:01', 3660],
  ['0-0:01:30', 90],
])('a time of %s is %i seconds', (time, seconds) => {
  const text = (before: number) => `gpu: { time: ${time}, seconds_before_limit: ${Math.min(before, 3600)} }`;
  expect(profileProblems(text(seconds - 1))).toEqual([]);
  expect(profileProblems(text(seconds)).length).toBe(seconds <= 3600 ? 1 : 0);
});

test('names the profiles that there are', () => {
  expect(readProfiles(file).size).toBe(0);
  expect(() => findProfile('gpu', file)).toThrow(`Profile gpu is not in ${file}: there are no profiles.`);
  writeFileSync(file, 'gpus: {}');
  expect(() => findProfile('gpu', file)).toThrow('it has gpus; did you mean `gpus`?');
  expect(findProfile('gpus', file).setup).toEqual([]);
});

test('the file is in the folder for configuration', () => {
  expect(profilesFile({ XDG_CONFIG_HOME: folder })).toBe(join(folder, 'esrgan-workbench', 'clusters.yaml'));
  expect(profilesFile({})).toMatch(/\.config[\\/]esrgan-workbench[\\/]clusters\.yaml$/);
});
