import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { registerData } from '../../../../trainer/cli/data.ts';
import { decodeImage, encodePng } from '../../../../trainer/data/decode.ts';
import { portablePath } from '../../../../trainer/files/paths.ts';
import { tgzOf } from '../data/download/archives.ts';
import { noise, temporaryFolder } from '../data/images.ts';

afterEach(() => vi.restoreAllMocks());

/** Runs `esrgan data` and returns the lines that it printed. */
async function run(...args: string[]): Promise<string[]> {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerData(program);
  await program.parseAsync(['data', ...args], { from: 'user' });
  vi.restoreAllMocks();
  return written.join('').trimEnd().split('\n');
}

async function image(folder: string, name: string, width: number, height: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), await encodePng(noise(width, height, 3)));
}

test('lists data sets with counts and sizes', async () => {
  const data = temporaryFolder();
  const train = join(data, 'DIV2K_train_HR');
  await image(train, '0001.png', 30, 20);
  await image(train, '0002.png', 20, 20);
  await image(join(data, 'Set5/GTmod12'), 'a.png', 16, 12);
  const lines = await run('list', '--data-dir', data);
  expect(
    lines.map((line) => portablePath(line.replaceAll(/ {2,}/g, ' | ').replace(join(data, '/'), ''))),
  ).toEqual([
    'div2k | train | HR | 2 images | 20x20 to 30x20 | DIV2K_train_HR',
    'div2k | val | HR | missing | - | DIV2K_valid_HR',
    'div2k | train | LR | missing | - | DIV2K_train_LR_bicubic/X4',
    'div2k | val | LR | missing | - | DIV2K_valid_LR_bicubic/X4',
    'bsds500 | train | HR | missing | - | BSR/BSDS500/data/images/train',
    'bsds500 | val | HR | missing | - | BSR/BSDS500/data/images/val',
    'set5 | val | HR | 1 images | 16x12 | Set5/GTmod12',
    'set5 | val | LR | missing | - | Set5/LRbicx4',
    'set14 | val | HR | missing | - | Set14/GTmod12',
    'set14 | val | LR | missing | - | Set14/LRbicx4',
  ]);
});

test('lists as JSON', async () => {
  const data = temporaryFolder();
  await image(join(data, 'Set14/LRbicx2'), 'a.png', 16, 12);
  const [line = ''] = await run('list', '--data-dir', data, '--scale', '2', '--json');
  const found: unknown = JSON.parse(line);
  expect(found).toHaveLength(10);
  expect(found).toContainEqual({
    name: 'set14',
    split: 'val',
    kind: 'LR',
    folder: join(data, 'Set14/LRbicx2'),
    images: 1,
    smallest: [16, 12],
    largest: [16, 12],
    download: { bytes: null, hasAddress: false },
  });
});

test('downloads a data set from the mirror of the environment variable', async () => {
  const mirror = temporaryFolder();
  const to = temporaryFolder();
  writeFileSync(
    join(mirror, 'BSR_bsds500.tgz'),
    tgzOf({ name: 'BSR/BSDS500/data/images/val/1.jpg', content: 'x' }),
  );
  vi.stubEnv('ESRGAN_DATA_MIRROR', mirror);
  const lines = await run('download', 'bsds500', '--to', to, '--json');
  vi.unstubAllEnvs();
  const events = lines.map((line): { event: string; phase?: string } => JSON.parse(line));
  expect(events.map(({ event, phase }) => phase ?? event)).toEqual([
    'plan',
    'check',
    'unpack',
    'line',
    'done',
  ]);
});

test.each([
  [['download', 'div3k'], /Allowed choices are div2k, bsds500, set5, set14/],
  [['list', '--scale', '3'], /Allowed choices are 1, 2, 4, 8/],
])('refuses %j', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
});

test('shows the patches of a step, and saves them with a sheet', async () => {
  const folder = temporaryFolder();
  await image(folder, 'a.png', 40, 40);
  const file = join(folder, 'a.esrgan.yaml');
  const stage = '{ num_step: 9, cr_patch_size: [32, 32], train_datasets: [a], val_datasets: [] }';
  writeFileSync(
    file,
    `batch_size: 1
datasets: { a: { hr: . } }
pretraining: ${stage}
training: ${stage}
degradation: [{ op: noise, gaussian: 1, poisson: 0, sigma: [4, 4], gray: 1 }, { op: downscale, modes: { area: 1 } }, { op: jpeg, quality: [50, 50] }]
augmentation: false
`,
  );
  const out = join(folder, 'patches');
  expect(await run('preview', file, '--step', '3', '--without', 'jpeg', '--out', out)).toEqual([
    'pretraining, step 3 of 9, epoch 3: 1 patches, LR 8x8, HR 32x32',
    `1  ${join(folder, 'a.png')}`,
    expect.stringMatching(/^ {5}noise: gaussian, sigma 4, gray$/),
    expect.stringMatching(/^ {5}downscale: area, to \d+x\d+ with surroundings$/),
    `The patches are in ${out}; sheet.png shows all.`,
  ]);
  const sizes = ['001_lr.png', '001_hr.png', 'sheet.png'].map(async (name) => {
    const { width, height } = await decodeImage(join(out, name));
    return [width, height];
  });
  expect(await Promise.all(sizes)).toEqual([
    [8, 8],
    [32, 32],
    [524, 260],
  ]);
  const [line = ''] = await run('preview', file, '--json');
  expect(JSON.parse(line)).toMatchObject({
    step: 1,
    steps: 9,
    batchSize: 1,
    operations: [{ op: 'noise' }, { op: 'downscale' }, { op: 'jpeg', isOff: false }],
    patches: [{ applied: [{ op: 'noise', index: 0 }, { op: 'downscale' }, { op: 'jpeg' }], lr: null }],
  });
});
