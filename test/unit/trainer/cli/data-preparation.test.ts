import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { registerData } from '../../../../trainer/cli/data.ts';
import { isPreparationEvent } from '../../../../trainer/cli-output/events.ts';
import { encodePng } from '../../../../trainer/data/decode.ts';
import { downscale } from '../../../../trainer/data/downscale.ts';
import { portablePath } from '../../../../trainer/files/paths.ts';
import { makeFolder } from '../../../../trainer/preparation/write-image.ts';
import { noise, scenery, temporaryFolder } from '../data/images.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => vi.restoreAllMocks());

/** Runs `esrgan data` and returns what it printed, without the folder of the test, or the error. */
async function run(
  ...args: string[]
): Promise<{ readonly lines: readonly string[]; readonly error?: unknown }> {
  let written = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerData(program);
  const error = await program.parseAsync(['data', ...args], { from: 'user' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  vi.restoreAllMocks();
  // Progress names the image that was done last, and the time.
  const lines = written
    .trimEnd()
    .split('\n')
    .map((line) => portablePath(line).replaceAll(`${portablePath(folder)}/`, ''))
    .filter((line) => !/images\/s/.test(line));
  return { lines, ...(error !== undefined && { error }) };
}

async function image(path: string, size: readonly [number, number], seed = 1): Promise<void> {
  const file = join(folder, path);
  makeFolder(join(file, '..'));
  writeFileSync(file, await encodePng(scenery(size[0], size[1], 3, seed)));
}

function eventsOf(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => {
    const event: Record<string, unknown> = JSON.parse(line);
    expect(event).toSatisfy(isPreparationEvent);
    return event;
  });
}

test('tiles: a dry run, the work, and the work again', async () => {
  await image('hr/a.png', [60, 50]);
  await image('hr/small.png', [20, 20]);
  const args = ['tiles', join(folder, 'hr'), join(folder, 'out'), '--size', '32', '--step', '24'];
  const plan = ['Skipped hr/small.png: its size of 20x20 is smaller than a tile'];
  expect(await run(...args, '--dry-run')).toEqual({
    lines: [...plan, '1 image, 6 tiles of 32x32: 0 already exist.'],
  });
  expect(existsSync(join(folder, 'out'))).toBe(false);
  const end = ['The report is out/report.html.', 'The tiles are in out.'];
  expect((await run(...args)).lines).toEqual([
    ...plan,
    '1 image, 6 tiles of 32x32: 0 already exist.',
    ...end,
  ]);
  expect((await run(...args)).lines).toEqual([
    ...plan,
    '1 image, 6 tiles of 32x32: 6 already exist.',
    ...end,
  ]);
  expect(readFileSync(join(folder, 'out/report.html'), 'utf8')).toContain('smaller than a tile');
});

test('downscale: several scales, and the folder that they need', async () => {
  await image('hr/a.png', [64, 48]);
  const refused = await run('downscale', join(folder, 'hr'), join(folder, 'lr'), '--scale', '2,4');
  expect(refused.error).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('the folder must contain {scale}'),
  });
  const { lines } = await run(
    'downscale',
    join(folder, 'hr'),
    join(folder, 'lr_x{scale}'),
    '--scale',
    '2,4',
    '--json',
  );
  expect(eventsOf(lines)).toMatchObject([
    { event: 'plan', images: 1, results: 2, existing: 0, skipped: 0 },
    { event: 'progress', done: 1, total: 1, etaSeconds: 0 },
    { event: 'report', path: 'lr_x2/report.html' },
  ]);
  expect(existsSync(join(folder, 'lr_x4/a.png'))).toBe(true);
});

test('check: findings of a folder as text, of a run file as JSON', async () => {
  await image('hr/a.png', [128, 128], 1);
  await image('hr/b.png', [128, 128], 1);
  const report = join(folder, 'check.html');
  const { lines } = await run('check', join(folder, 'hr'), '--report', report);
  expect(lines).toEqual([
    'hr: 2 images',
    'hr/b.png: has the same pixels as another image (hr/a.png)',
    ...['hr/a.png', 'hr/b.png'].map((path) => expect.stringContaining(`${path}: has no fine detail`)),
    '2 images: duplicates 1, without fine detail 2.',
    'The report is check.html.',
  ]);
  const lr = downscale(noise(128, 128, 3, 2), 4, 'bicubic').lr;
  makeFolder(join(folder, 'train'));
  makeFolder(join(folder, 'lr'));
  writeFileSync(join(folder, 'train', 'c.png'), await encodePng(noise(128, 128, 3, 2)));
  writeFileSync(join(folder, 'train', 'd.png'), await encodePng(noise(128, 128, 3, 3)));
  writeFileSync(join(folder, 'lr', 'c.png'), await encodePng(lr));
  const file = join(folder, 'run.esrgan.yaml');
  writeFileSync(
    file,
    'datasets: { s: { hr: { train: train, val: train }, lr: { train: lr } } }\npretraining: { train_datasets: [s], val_datasets: [s] }\ntraining: { train_datasets: [s], val_datasets: [s] }\n',
  );
  const ofRun = await run('check', file, '--json');
  expect(eventsOf(ofRun.lines).filter(({ event }) => event !== 'progress')).toEqual([
    { event: 'plan', images: 4, results: 0, existing: 0, skipped: 0 },
    {
      event: 'finding',
      kind: 'no-pair',
      path: 'train/d.png',
      other: null,
      message: 'has no LR image in lr',
    },
    ...['c', 'd'].map((name) => ({
      event: 'finding',
      kind: 'leak',
      path: `train/${name}.png`,
      other: `train/${name}.png`,
      message: 'is used for training and for validation',
    })),
    { event: 'done', images: 4, findings: 3 },
  ]);
});

test('select: what is copied, and why others are not', async () => {
  await image('hr/smooth.png', [64, 64]);
  makeFolder(join(folder, 'hr'));
  writeFileSync(join(folder, 'hr', 'noisy.png'), await encodePng(noise(64, 64, 3)));
  const { lines } = await run(
    'select',
    join(folder, 'hr'),
    join(folder, 'out'),
    '--max-blur',
    '1',
    '--min-detail',
    '0',
  );
  expect(lines).toEqual([
    expect.stringMatching(/^hr\/noisy\.png: noise \d+\.\d is above \d+$/),
    '1 of 2 images selected.',
    'The report is out/report.html.',
    'The copies are in out.',
  ]);
  expect(existsSync(join(folder, 'out/smooth.png'))).toBe(true);
  expect(existsSync(join(folder, 'out/noisy.png'))).toBe(false);
});

test.each([
  ['tiles', ['--size', '48', '--step', '48'], 'a_s001.png', 'tiles'],
  ['downscale', [], 'a.png', 'results'],
])('%s: a replaced image, whose results stay', async (command, options, result, noun) => {
  await image('hr/a.png', [64, 64]);
  const args = [command, join(folder, 'hr'), join(folder, 'out'), ...options];
  const isWarning = (line: string) => line.startsWith('Warning') || line.startsWith('  ');
  expect((await run(...args)).lines.filter(isWarning)).toEqual([]);
  utimesSync(join(folder, 'out', result), 1e9, 1e9);
  const before = readFileSync(join(folder, 'out', result));
  expect((await run(...args)).lines.filter(isWarning)).toEqual([
    `Warning: 1 image was changed after the ${noun} of earlier work, which stay as they are. Delete these ${noun} and run the command again to make them anew:`,
    '  hr/a.png',
  ]);
  expect(readFileSync(join(folder, 'out', result)).equals(before)).toBe(true);
  expect(readFileSync(join(folder, 'out/report.html'), 'utf8')).toContain(`Changed after their ${noun}`);
});

test.each(['hr', 'lr'])('check: a folder that does not exist: %s', async (missing) => {
  for (const name of ['hr', 'lr']) if (name !== missing) await image(`${name}/a.png`, [64, 64]);
  const { lines, error } = await run('check', join(folder, 'hr'), join(folder, 'lr'));
  expect(lines).toEqual(['']);
  expect(error).toMatchObject({
    code: 'data',
    message: `${join(folder, missing)} does not exist or has no images (.png .jpg .jpeg .webp .tif .tiff .bmp).`,
  });
});

test('images that fail are listed at the end', async () => {
  await image('hr/a.png', [64, 64]);
  const whole = readFileSync(join(folder, 'hr/a.png'));
  writeFileSync(join(folder, 'hr/b.png'), whole.subarray(0, whole.length / 2));
  const { error } = await run('tiles', join(folder, 'hr'), join(folder, 'out'), '--size', '64');
  expect(error).toMatchObject({
    code: 'partial',
    message: expect.stringMatching(/^1 image failed:\n {2}\S*b\.png: (?!\S*b\.png)/),
  });
  expect(existsSync(join(folder, 'out/a_s001.png'))).toBe(true);
});

test.skipIf(!existsSync('/proc/self'))('a folder that cannot be created', async () => {
  await image('hr/a.png', [64, 64]);
  for (const command of ['select', 'tiles', 'downscale']) {
    const { error } = await run(
      command,
      join(folder, 'hr'),
      '/proc/none/deep',
      ...(command === 'tiles'
        ? ['--size', '32']
        : command === 'select'
          ? ['--min-detail', '0', '--max-blur', '1']
          : []),
    );
    expect(error).toMatchObject({
      code: 'disk',
      message: expect.stringMatching(/^Cannot create \/proc\/none.*: ENOENT/),
    });
  }
});

test.each([
  ['select', ['--min-detail', '0', '--max-blur', '1']],
  ['tiles', ['--size', '64']],
  ['downscale', []],
])('%s: an image with a damaged header fails, also in a dry run', async (command, options) => {
  await image('hr/a.png', [64, 64]);
  writeFileSync(join(folder, 'hr/b.png'), 'text');
  for (const dryRun of [['--dry-run'], []]) {
    const { error } = await run(command, join(folder, 'hr'), join(folder, 'out'), ...options, ...dryRun);
    expect(error).toMatchObject({
      code: 'partial',
      message: expect.stringMatching(/^1 image failed:\n {2}\S*b\.png: (?!\S*b\.png)/),
    });
  }
});

test('check: an unreadable image is named once', async () => {
  await image('hr/a.png', [64, 64]);
  writeFileSync(join(folder, 'hr/b.png'), 'text');
  const { lines } = await run('check', join(folder, 'hr'));
  expect(lines.find((line) => line.includes('b.png'))).toMatch(/^hr\/b\.png: (?!\S*b\.png)/);
});

test('many small images are named in part, and without any result it is an error', async () => {
  for (let i = 1; i <= 7; i++) await image(`hr/${i}.png`, [16, 16]);
  const skipped = [1, 2, 3, 4, 5].map((i) => `Skipped hr/${i}.png: its size of 16x16 is smaller than a tile`);
  const args = ['tiles', join(folder, 'hr'), join(folder, 'out'), '--size', '32'];
  const nothing = await run(...args);
  expect(nothing.lines).toEqual([...skipped, '2 more.']);
  expect(nothing.error).toMatchObject({
    code: 'data',
    message: 'No image has tiles: of 7 images, 7 are too small and 0 cannot be read.',
  });
  await image('hr/large.png', [32, 32]);
  const { lines, error } = await run(...args);
  expect(lines.slice(0, 7)).toEqual([
    ...skipped,
    '2 more, listed in the report.',
    '1 image, 1 tile of 32x32: 0 already exist.',
  ]);
  expect(error).toBeUndefined();
});

test.each(['tiles', 'downscale', 'select'])('%s: a run file instead of images', async (command) => {
  const file = join(folder, 'a.esrgan.yaml');
  writeFileSync(file, 'pretraining: {}\n');
  expect((await run(command, file, join(folder, 'out'))).error).toMatchObject({
    code: 'usage',
    message: `${file} is a run file. Name a folder or a glob of images.`,
  });
});

test('check: only the stages that a run file has', async () => {
  await image('photos/a.png', [64, 64]);
  const file = join(folder, 'run.esrgan.yaml');
  writeFileSync(
    file,
    'datasets: { s: { hr: { train: photos, val: photos } } }\npretraining: { train_datasets: [s], val_datasets: [s] }\n',
  );
  const { lines, error } = await run('check', file, '--dry-run');
  expect(error).toBeUndefined();
  expect(lines).toEqual([
    'run.esrgan.yaml has no `training`: the data sets of its pretraining are checked.',
    's, train: 1 image',
    's, val: 1 image',
  ]);
});

test.skipIf(!existsSync('/proc/self'))(
  'check: a report that cannot be written, before the work',
  async () => {
    await image('hr/a.png', [64, 64]);
    const { lines, error } = await run('check', join(folder, 'hr'), '--report', '/proc/x.html');
    expect(lines).toEqual(['']);
    expect(error).toMatchObject({
      code: 'disk',
      message: expect.stringMatching(/^Cannot write \/proc\/x\.html: /),
    });
  },
);
