import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePng } from '../../trainer/data/decode.ts';
import { scenery } from '../unit/trainer/data/images.ts';
import { type Cluster, startCluster, until } from './cluster.ts';

const command = fileURLToPath(new URL('../../dist/esrgan.js', import.meta.url));
const images = Array.from({ length: 9 }, (_, i) => `image ${i}.png`);

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "esrgan %a $x 'y' "));
  mkdirSync(join(folder, 'my photos'));
  mkdirSync(join(folder, 'config', 'esrgan-workbench'), { recursive: true });
  writeFileSync(join(folder, 'config', 'esrgan-workbench', 'clusters.yaml'), 'main: { time: 10, cpus: 1 }\n');
  for (const [i, image] of images.entries()) {
    writeFileSync(join(folder, 'my photos', image), await encodePng(scenery(40, 40, 3, i)));
  }
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Submits a command in three tasks; returns what the job after them printed. */
async function submit(...words: readonly string[]): Promise<string> {
  const args = [command, 'submit', ...words, '--on', 'main', '--tasks', '3'];
  const environment = { ...cluster.environment, XDG_CONFIG_HOME: join(folder, 'config') };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env: environment });
  const [, array, rest] = /^Submitted \w+ in 3 tasks to main: job (\d+)\. Then job (\d+) /.exec(stdout) ?? [];
  await until('both jobs are over', async () => (await cluster.run('squeue', '-h')) === '');
  const outputs = readdirSync(folder).filter((name) => name.startsWith(`slurm-${array}_`));
  expect(outputs.sort()).toEqual([0, 1, 2].map((task) => `slurm-${array}_${task}.out`));
  return readFileSync(join(folder, `slurm-${rest}.out`), 'utf8');
}

test('a folder is upscaled in shares; the job after them lists what fails', async () => {
  writeFileSync(join(folder, 'my photos', 'bad.png'), 'bad');
  const output = await submit('upscale', 'my photos', '--model', 'bicubic', '--scale', '2', '--out', 'large');
  const results = readdirSync(join(folder, 'large')).filter((name) => !name.startsWith('.'));
  expect(results.sort()).toEqual(images.map((name) => name.replace('.png', '_x2.png')));
  expect(output.match(/skipped, because it exists/g)).toHaveLength(images.length);
  expect(output).toMatch(/1 of 10 failed:\n.*bad\.png/);
  rmSync(join(folder, 'my photos', 'bad.png'));
});

test('a test set is evaluated in shares; the job after them prints the evaluation', async () => {
  const data = ['--data', 'own=my photos', '--protocol', 'rgb', '--parts', 'parts'];
  const output = await submit('evaluate', 'bicubic', '--scale', '2', ...data);
  expect(output).toMatch(/^Protocol rgb: .*\nmodel .*\nbicubic +own +9 +\d+\.\d+ +0\.\d+\n$/);
});

test.each([
  ['upscale --overwrite x', '--overwrite cannot be used with tasks'],
  ['upscale x --sideways', 'has no option --sideways'],
  ['upscale --model bicubic', 'Name what to upscale.'],
])('%s is refused before anything is submitted', async (words, message) => {
  await expect(submit(...words.split(' '))).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining(message),
  });
});
