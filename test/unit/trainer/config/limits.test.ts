import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Alias } from 'yaml';
import {
  maximumRunFileBytes,
  type Problem,
  parseTree,
  readRunFile,
  readRunFileText,
  tryReadConfig,
} from '../../../../trainer/config/index.ts';
import { temporaryFolder } from '../data/images.ts';
import { oddFiles } from '../files/odd-files.ts';

const problemsOf = (text: string): readonly Problem[] =>
  readRunFile(text, { file: '/p/run.esrgan.yaml' }).problems;
const lines = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');

describe('a text that is too large', () => {
  const comment = '# comment\n';
  const text = comment.repeat(maximumRunFileBytes / comment.length);

  test('is not parsed, and one problem says so', () => {
    expect(problemsOf(text)).toEqual([]);
    expect(problemsOf(`${text}#`)).toMatchObject([
      { code: 'syntax', message: expect.stringMatching(/^larger than 0.2 MB: /) },
    ]);
    expect(parseTree(`${text}#`).document.contents).toBeNull();
  });

  test('is larger than one with as many data sets as are allowed', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `set${i}`);
    const datasets = names.map((name) => `  ${name}: { hr: '${'long/'.repeat(20)}' }`).join('\n');
    expect(
      problemsOf(
        `datasets:\n${datasets}\ntraining: { train_datasets: [${names}], val_datasets: [${names}] }`,
      ),
    ).toEqual([]);
  });

  test('is not read from the disk', () => {
    const file = join(temporaryFolder(), 'run.esrgan.yaml');
    writeFileSync(file, `${text}#`);
    expect(() => readRunFileText(file)).toThrow(
      `${file} cannot be read as a run file: it is larger than 0.2 MB.`,
    );
    expect(tryReadConfig(file)).toBeUndefined();
  });
});

test.each(oddFiles)('%s is not read as a run file', (_, make, state) => {
  const file = join(temporaryFolder(), 'run.esrgan.yaml');
  make(file);
  const reason =
    state === 'absent'
      ? /cannot be read as a run file: it does not exist\./
      : /cannot be read as a run file: /;
  expect(() => readRunFileText(file)).toThrow(reason);
  expect(tryReadConfig(file)).toBeUndefined();
});

test.each<[string, string, number]>([
  ['unknown keys', lines(150, (i) => `k${i}: 1`), 50],
  ['duplicate keys', lines(120, () => 'seed: 1'), 19],
  ['aliases without an anchor', lines(130, (i) => `k${i}: *x`), 30],
  ['syntax errors', lines(140, (i) => `k${i}: @`), 40],
])('of many %s, the last of the first 100 counts the others', (_, text, others) => {
  const problems = problemsOf(text);
  expect(problems).toHaveLength(100);
  expect(problems.filter(({ message }) => message.includes('more such problems'))).toHaveLength(1);
  expect(problems.map(({ message }) => message).join()).toContain(`; and ${others} more such problems`);
});

test('aliases are resolved together, and not by a search of the document for each', () => {
  const search = vi.spyOn(Alias.prototype, 'resolve');
  const text = `name: &n x\n${lines(200, (i) => `k${i}: *n`)}`;
  expect(problemsOf(text).map(({ code }) => code)).toEqual(Array(100).fill('unknown-key'));
  expect(search).not.toHaveBeenCalled();
});

test('an alias is a copy of its anchor', () => {
  const text = 'pretraining: &p { num_epoch: 3 }\ntraining: *p\n';
  const { config } = readRunFile(text, { file: '/p/run.esrgan.yaml' });
  expect([config?.pretraining.num_epoch, config?.training.num_epoch]).toEqual([3, 3]);
  expect(config?.training).not.toHaveProperty('lr');
  expect(config?.pretraining).not.toHaveProperty('g_lr');
});

test.each<[string, string]>([
  ['a key', `${'k'.repeat(10_000)}: 1`],
  ['a value', `name: ${'n'.repeat(10_000)}`],
  ['a data set', `training: { train_datasets: [${'d'.repeat(10_000)}] }`],
  ['a choice', `engine: ${'e'.repeat(10_000)}`],
  [
    'many data sets',
    `datasets:\n${lines(900, (i) => `  set${i}: { hr: a }`)}\ntraining: { val_datasets: [other] }`,
  ],
])('messages about %s of any length are short', (_, text) => {
  const problems = problemsOf(text);
  expect(problems.length).toBeGreaterThan(0);
  for (const { message } of problems) expect(message.length).toBeLessThan(2000);
});

test.each<[string, string, RegExp]>([
  [
    'data sets of a stage',
    `training: { val_datasets: [${lines(1001, (i) => `s${i},`).replaceAll('\n', ' ')}] }`,
    /`training.val_datasets` must be a list of at most 1000, but has 1001/,
  ],
  [
    'data sets',
    `datasets:\n${lines(1001, (i) => `  s${i}: { hr: a }`)}`,
    /`datasets` must have at most 1000 keys, but has 1001/,
  ],
])('too many %s', (_, text, message) =>
  expect(problemsOf(text)).toMatchObject([{ code: 'length', message: expect.stringMatching(message) }]),
);

test('a directive for another version of YAML does not change what values mean', () => {
  const { config, problems } = readRunFile('%YAML 1.1\n---\nname: yes\n', { file: '/p/run.esrgan.yaml' });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(config?.name).toBe('yes');
});
