import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from './esrgan.ts';
import { writeWaves } from './waves.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-profile-test-'));
  await writeWaves(folder, { train: 2, val: 0 });
  writeFileSync(join(folder, 'old.json'), 'mine');
  // JSON is YAML.
  const stage = { cr_patch_size: [16, 16], train_datasets: ['waves'], val_datasets: [] };
  writeFileSync(
    join(folder, 'tiny.esrgan.yaml'),
    JSON.stringify({
      name: 'tiny',
      engine: 'cpu',
      scale_factor: 2,
      batch_size: 2,
      datasets: { waves: { hr: { train: 'train', val: 'train' } } },
      generator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 },
      discriminator: { vgg_blk_ch: [4, 4], fc_features: [4] },
      perceptual_loss: false,
      pretraining: { ...stage, num_epoch: 10 },
      training: { ...stage, num_epoch: 1 },
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const profile = (...options: string[]) =>
  run('profile', join(folder, 'tiny.esrgan.yaml'), '--steps', '2', ...options);

test('the operations of a step are listed, and a browser opens their trace', async () => {
  const trace = join(folder, 'tiny.trace.json');
  const { code, events, stderr } = await profile('--out', trace, '--json');
  expect([stderr, code]).toEqual(['', 0]);
  const { stage, engine, steps, byOperation } = events[0] ?? {};
  expect({ stage, engine, steps }).toEqual({ stage: 'pretraining', engine: 'cpu', steps: 2 });
  expect(JSON.stringify(byOperation)).toContain('"Conv"');
  const [event] = JSON.parse(readFileSync(trace, 'utf8'));
  expect(event).toMatchObject({ ph: 'X', ts: expect.any(Number), dur: expect.any(Number) });
  // The workspace has no run of it.
  expect(readdirSync(folder).sort()).toEqual([
    'old.json',
    'tiny.esrgan.yaml',
    'tiny.trace.json',
    'train',
    'val',
  ]);
});

test.each([
  ['a trace that exists', ['--out', 'old.json'], 'old.json exists. Choose another name'],
  ['a folder that is missing', ['--out', 'none/a.json'], 'does not exist'],
  [
    'a stage with too few steps',
    ['--stage', 'training'],
    'The training has 1 steps: a profile needs more than 2',
  ],
])('%s is refused', async (_, [option, value = ''], message) => {
  const inFolder = option === '--out' ? join(folder, value) : value;
  const { code, stderr } = await profile(
    option!,
    inFolder,
    ...(option === '--out' ? [] : ['--out', join(folder, 'x.json')]),
  );
  expect(stderr).toContain(message);
  expect(code).not.toBe(0);
  expect(existsSync(join(folder, 'x.json'))).toBe(false);
});
