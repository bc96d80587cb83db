import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { datasetFiles } from '../../../../trainer/image-files/dataset-files.ts';
import { run } from './esrgan.ts';
import { writeWaves } from './waves.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-new-'));
  await writeWaves(folder, { train: 6, val: 0 });
  for (const name of ['icons', 'damaged', 'one']) mkdirSync(join(folder, name));
  for (const name of ['a.png', 'b.png']) writeFileSync(join(folder, 'damaged', name), 'no image');
  await writeIcon(join(folder, 'one', 'a.png'));
  for (const name of ['a.png', 'b.png', 'c.png']) await writeIcon(join(folder, 'icons', name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const writeIcon = (file: string) =>
  sharp({ create: { width: 5, height: 5, channels: 3, background: 'red' } }).toFile(file);

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

test('damaged files among the images do not count', async () => {
  const mixed = join(folder, 'mixed');
  cpSync(join(folder, 'train'), mixed, { recursive: true });
  // A name with brackets is never for validation.
  writeFileSync(join(mixed, 'damaged [1].png'), 'no image');
  const file = join(folder, 'mixed.esrgan.yaml');
  const { code, stderr } = await create('--data', mixed, '--out', file);
  expect([stderr, code]).toEqual(['', 0]);
  const { config } = readRunFile(readFileSync(file, 'utf8'), { file, files: datasetFiles });
  expect(config).toMatchObject({ batch_size: 5, pretraining: { cr_patch_size: [40, 40] } });
});

test.each([
  ['a file that exists', () => ['--out', join(folder, 'old.esrgan.yaml')], 'exists. Choose another name'],
  ['a folder of damaged images', () => ['--data', join(folder, 'damaged')], 'no images that can be read'],
  ['a file in no folder', () => ['--out', join(folder, 'no', 'a.esrgan.yaml')], 'does not exist'],
  ['a folder that is missing', () => ['--data', join(folder, 'none')], 'none does not exist'],
  ['a folder of one image', () => ['--data', join(folder, 'one')], 'has fewer than two images'],
  ['a folder of icons', () => ['--data', join(folder, 'icons')], '(5x5) and 1 more: too small to train on'],
])('%s is refused before anything is measured', async (_, options, message) => {
  writeFileSync(join(folder, 'old.esrgan.yaml'), 'seed: 1\n');
  const { code, stdout, stderr } = await create(...options());
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toContain(message);
  expect(readFileSync(join(folder, 'old.esrgan.yaml'), 'utf8')).toBe('seed: 1\n');
  expect(existsSync(join(folder, 'train-1min.esrgan.yaml'))).toBe(false);
});
