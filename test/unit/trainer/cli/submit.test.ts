import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory } from '../../../../trainer/runs/run-directory.ts';
import { filesOf, stateAt } from '../runs/checkpoint-fixture.ts';
import { temporaryFolder } from '../runs/temporary-run.ts';
import { run as esrgan } from './esrgan.ts';

let run: string;
let weights: string;

beforeAll(() => {
  const folder = temporaryFolder();
  const config = join(folder, 'esrgan-workbench');
  mkdirSync(config);
  writeFileSync(join(config, 'clusters.yaml'), 'gpu: {}\n');
  vi.stubEnv('XDG_CONFIG_HOME', folder);
  const paths = createRunDirectory(join(folder, 'trains'));
  createManifest(paths, { seed: 1, configHash: '', data: {}, ancestry: [] });
  writeCheckpoint(paths, filesOf('1'), stateAt(10));
  run = paths.root;
  weights = join(paths.checkpoints, 'pretraining-00000010', 'generator.safetensors');
});

afterAll(() => vi.unstubAllEnvs());

const submit = (...words: string[]) => esrgan('submit', ...words, '--on', 'gpu', '--tasks', '2', '--print');

test('tasks use the checkpoint that a run has at the submission, and so does the job after them', async () => {
  const ofData = `'--data' 'own=${run}'`;
  const evaluated = await submit('evaluate', '--parts', run, run, '--data', `own=${run}`, 'bicubic');
  const evaluate = `'evaluate' '--parts' '${run}' '${weights}' ${ofData} 'bicubic'`;
  expect([evaluated.stderr, evaluated.stdout.split(evaluate).length]).toEqual(['', 3]);
  const upscaled = await submit('upscale', 'photos', '--model', run);
  const upscale = `'upscale' 'photos' '--model' '${run}' '--model' '${weights}'`;
  expect([upscaled.stderr, upscaled.stdout.split(upscale).length]).toEqual(['', 3]);
});

test('the printed scripts are separated by how to submit the second', async () => {
  const { stdout } = await submit('upscale', 'photos', '--model', 'bicubic');
  expect(stdout).toMatch(
    /^#!\/bin\/bash\n.*\nexit \$code\n\n# -+\n# The second job: sbatch --dependency=afterany:<id of the first>\n# -+\n\n#!\/bin\/bash\n/s,
  );
});

test.each<[string, words: string[], code: number, message: string]>([
  [
    '--resume',
    ['upscale', 'x', '--model', 'bicubic', '--resume'],
    2,
    '--resume is for run files, not for `submit upscale`.',
  ],
  [
    '--stage',
    ['evaluate', 'bicubic', '--data', 'a=b', '--stage', 'training'],
    2,
    '--stage is for run files, not for `submit evaluate`.',
  ],
  [
    'no run',
    ['evaluate', 'nothing', '--data', 'a=b'],
    6,
    'the folder has no runs. Give the path of a run, a checkpoint or a file of weights.',
  ],
])('%s of images is refused', async (_, words, code, message) => {
  expect(await submit(...words)).toMatchObject({ code, stderr: expect.stringContaining(message) });
});

test('a manifest is printed only of a run file that the container has', async () => {
  const file = join(run, 'elsewhere.esrgan.yaml');
  writeFileSync(file, 'pretraining: { train_datasets: [], val_datasets: [] }\n');
  const manifest = await esrgan('submit', file, '--to', 'dstack');
  expect(manifest).toMatchObject({ code: 3, stdout: '' });
  expect(manifest.stderr).toContain('train_datasets');
  expect(await esrgan('submit', 'none.esrgan.yaml', '--to', 'dstack')).toMatchObject({
    code: 3,
    stderr: 'none.esrgan.yaml cannot be read as a run file: it does not exist.\n',
  });
});
