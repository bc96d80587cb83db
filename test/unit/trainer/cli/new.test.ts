import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { datasetFiles } from '../../../../trainer/image-files/dataset-files.ts';
import { run } from './esrgan.ts';
import { writeWaves } from './waves.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-new-'));
  await writeWaves(folder, { train: 6, val: 0 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const create = (...options: string[]) =>
  run('new', '--minutes', '1', '--engine', 'cpu', '--data', join(folder, 'train'), ...options);

test('a run file is written for images and a time, measured on this machine', async () => {
  const file = join(folder, 'mine.esrgan.yaml');
  const { code, events, stderr } = await create('--out', file, '--json');
  expect([stderr, code]).toEqual(['', 0]);
  expect(events.filter(({ event }) => event === 'measured').length).toBeGreaterThan(0);
  expect(events.at(-1)).toEqual({ event: 'done', file });
  const { config, problems } = readRunFile(readFileSync(file, 'utf8'), { file, files: datasetFiles });
  expect(problems).toEqual([]);
  // The images are 48x40, so patches of 64 do not fit.
  expect(config).toMatchObject({ batch_size: 5, pretraining: { cr_patch_size: [40, 40] } });
  expect(config?.datasets.train?.train?.hr).toContain('!(');
});

test.each([
  ['a file that exists', () => ['--out', join(folder, 'old.esrgan.yaml')], 'exists. Choose another name'],
  ['a folder without images', () => ['--data', join(folder, 'none')], 'has fewer than two images'],
])('%s is refused before anything is measured', async (_, options, message) => {
  writeFileSync(join(folder, 'old.esrgan.yaml'), 'seed: 1\n');
  const { code, stdout, stderr } = await create(...options());
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(readFileSync(join(folder, 'old.esrgan.yaml'), 'utf8')).toBe('seed: 1\n');
  expect(existsSync(join(folder, 'train-1min.esrgan.yaml'))).toBe(false);
});
