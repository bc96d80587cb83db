import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { Command } from 'commander';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OpenModel } from '../../../../trainer/cli/open-chain.ts';
import { createReporter } from '../../../../trainer/cli/terminal.ts';
import { registerUpscale, type UpscaleOptions, upscaleImages } from '../../../../trainer/cli/upscale.ts';
import { type BundledModel, bundledModelFile } from '../../../../trainer/files/bundled-models.ts';
import { temporaryPath } from '../../../../trainer/runs/atomic-file.ts';
import { thisHost } from '../../../../trainer/runs/processes.ts';
import { bicubicUpscaler } from '../../../../trainer/upscale/bicubic.ts';
import type { Upscaler } from '../../../../trainer/upscale/upscaler.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cli-upscale-'));
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
});
afterAll(() => rm(root, { recursive: true }));

async function put(name: string, content?: Buffer): Promise<string> {
  const path = join(folder, name);
  const pixels = Uint8Array.from({ length: 12 * 9 * 3 }, (_, i) => (i * 37) % 256);
  const image = sharp(pixels, { raw: { width: 12, height: 9, channels: 3 } }).png();
  await writeFile(path, content ?? (await image.toBuffer()));
  return path;
}

interface Outcome {
  readonly text: string;
  readonly events: Record<string, unknown>[];
  readonly error?: unknown;
}

async function run(inputs: string[], options: UpscaleOptions = {}, json = false): Promise<Outcome> {
  let text = '';
  const reporter = createReporter({ json, stream: { write: (part) => (text += part) } });
  const error = await upscaleImages(bicubicUpscaler(4), inputs, options, reporter).catch((thrown) => thrown);
  const events = json
    ? text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : [];
  return { text, events, ...(error ? { error } : {}) };
}

describe('files and folders', () => {
  test('the images of a folder in order, without other files', async () => {
    for (const name of ['b.png', 'a.PNG', 'notes.txt', '.hidden.png']) await put(name);
    await mkdir(join(folder, 'sub'));
    const { error, events } = await run([folder], {}, true);
    expect(error).toBeUndefined();
    const done = events.filter(({ event }) => event === 'done');
    expect(done.map(({ input }) => basename(String(input)))).toEqual(['a.PNG', 'b.png']);
    expect(done[0]).toMatchObject({
      output: join(folder, 'a_x4.PNG'),
      width: 48,
      height: 36,
      kept: false,
      notes: [],
    });
    expect(events.slice(0, 3)).toMatchObject([
      { event: 'plan', model: 'bicubic', scale: 4, pictures: 2, kept: [], failed: 0 },
      { event: 'begin', input: join(folder, 'a.PNG'), picture: 1, pictures: 2 },
      { event: 'progress', tile: 1, tiles: 1, etaSeconds: 0 },
    ]);
    // Of two images of one size the second takes as long as the first.
    const [first, last] = events.filter(({ event }) => event === 'progress');
    expect(first!.batchEtaSeconds).toBeGreaterThan(0);
    expect(last!.batchEtaSeconds).toBe(0);
  });

  test('a second time skips existing results and does not upscale them', async () => {
    for (const name of ['a.png', 'b.png', 'mine_x4.png']) await put(name);
    await run([folder]);
    const before = (await readdir(folder)).sort();
    expect(before).toEqual(['a.png', 'a_x4.png', 'b.png', 'b_x4.png', 'mine_x4.png', 'mine_x4_x4.png']);
    const { text, error } = await run([folder]);
    expect(error).toBeUndefined();
    expect(
      text.match(
        /skipped, because it exists, perhaps made with other options; --overwrite replaces it, --rename keeps both/g,
      ),
    ).toHaveLength(3);
    expect((await readdir(folder)).sort()).toEqual(before);
  });

  test('existing results are reported before the upscaling starts', async () => {
    for (const name of ['a.png', 'b.png', 'a_x4.png']) await put(name);
    const { events } = await run([folder], {}, true);
    expect(events.map(({ event, kept }) => [event, kept])).toEqual([
      ['plan', [join(folder, 'a.png')]],
      ['done', true],
      ['begin', undefined],
      ['progress', undefined],
      ['done', false],
    ]);
  });

  test('results with other names are not upscaled either', async () => {
    for (const name of ['a.png', 'b.png']) await put(name);
    const expected = ['a.png', 'a@bicubic.png', 'b.png', 'b@bicubic.png'];
    for (let time = 1; time <= 2; time++) {
      await run([folder], { name: '{name}@{model}' });
      expect((await readdir(folder)).sort()).toEqual(expected);
    }
    await run([folder], { name: '{name}@{model}', existing: 'rename' });
    await run([folder], { name: '{name}@{model}' });
    expect((await readdir(folder)).sort()).toEqual(
      [...expected, 'a@bicubic-2.png', 'b@bicubic-2.png'].sort(),
    );
  });

  test.each([
    [{ width: 20 }, 'a_20w.png'],
    [{ height: 20 }, 'a_20h.png'],
    [{ scale: 1.1 }, 'a_x1.1.png'],
    [{ megapixels: 0.001 }, 'a_0.001mp.png'],
  ])('results of another size (%j) are left out', async (size, result) => {
    await put('a.png');
    await run([folder], { size });
    const { text } = await run([folder], { size: { scale: 2 } });
    expect(text).toMatch(/^1 result of earlier calls left out\.\n/);
    expect((await readdir(folder)).sort()).toEqual(['a.png', 'a_x2.png', result].sort());
    expect((await run([folder, join(folder, result)], { dryRun: true })).text).toMatch(
      /^1 result of earlier calls left out\.\n/,
    );
  });

  test('subfolders are repeated in --out, which is not an input itself', async () => {
    await mkdir(join(folder, 'in', 'deep', 'er'), { recursive: true });
    for (const name of ['in/a.png', 'in/deep/b.png', 'in/deep/er/a.png']) await put(name);
    const out = join(folder, 'in', 'large');
    for (let time = 1; time <= 2; time++) {
      const { error, text } = await run([join(folder, 'in')], { out });
      expect(error).toBeUndefined();
      expect(text).toContain(
        time === 1 ? '3 upscaled, 0 skipped, 0 failed.' : '0 upscaled, 3 skipped, 0 failed.',
      );
      const names = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.png'));
      expect(names.sort()).toEqual(
        ['a_x4.png', join('deep', 'b_x4.png'), join('deep', 'er', 'a_x4.png')].sort(),
      );
    }
  });

  test('results in subfolders are not upscaled', async () => {
    await mkdir(join(folder, 'sub'));
    for (const name of ['a.png', 'sub/a.png', 'sub/b_x4.png']) await put(name);
    const options = { size: { width: 30 } };
    for (let time = 1; time <= 2; time++) await run([folder], options);
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.png'));
    expect(names.sort()).toEqual(
      ['a.png', 'a_30w.png', 'sub/a.png', 'sub/a_30w.png', 'sub/b_x4.png', 'sub/b_x4_30w.png']
        .map((name) => name.replace('/', sep))
        .sort(),
    );
  });

  test('update replaces results that are older than their image', async () => {
    const [a, b] = [await put('a.png'), await put('b.png')];
    await run([folder]);
    await utimes(join(folder, 'a_x4.png'), 1000, 1000);
    const { events } = await run([a, b], { existing: 'update' }, true);
    expect(events.filter(({ event }) => event === 'done').map(({ input, kept }) => [input, kept])).toEqual([
      [b, true],
      [a, false],
    ]);
    expect((await stat(join(folder, 'a_x4.png'))).mtimeMs).toBeGreaterThan(1e6);
  });

  test('a dry run prints the plans and writes nothing', async () => {
    const inputs = [await put('a.png'), await put('b.png'), await put('b_30w.png')];
    const options = { size: { width: 30 }, dryRun: true, out: join(folder, 'out') };
    const { text, error } = await run([inputs[0]!, inputs[1]!], { ...options, out: folder });
    expect(error).toBeUndefined();
    expect(text.split('\n')).toEqual([
      `${inputs[1]} → ${inputs[2]}: skipped, because it exists`,
      `${inputs[0]} → ${join(folder, 'a_30w.png')}: 12 x 9 → 48 x 36 by the model → 30 x 23`,
      '',
    ]);
    const { events } = await run([inputs[0]!], options, true);
    expect(events).toMatchObject([
      {
        event: 'planned',
        kept: false,
        sizes: [
          [12, 9],
          [48, 36],
          [30, 23],
        ],
      },
    ]);
    expect((await readdir(folder)).sort()).toEqual(['a.png', 'b.png', 'b_30w.png']);
  });

  test.each([
    [{ tta: true }, '12 x 9 → 48 x 36 by the model; mean of 8 passes, 8 times as long\n'],
    [{ format: 'png', quality: 50 }, 'by the model; PNG is lossless, so the quality is not used\n'],
    [{ format: 'jpeg', quality: 50 }, 'by the model\n'],
  ] as const)('the plan with %j', async (options, expected) => {
    const { text } = await run([await put('a.png')], { ...options, dryRun: true });
    expect(text).toContain(expected);
  });

  test('a file of another name lists the extensions of videos', async () => {
    const { error } = await run([await put('a.ts', Buffer.from('G@'))]);
    expect(error).toMatchObject({
      code: 'data',
      message: expect.stringContaining('Videos are read from .mp4, .m4v'),
    });
  });

  test('the plan of a size is printed before the work', async () => {
    const { text } = await run([await put('a.png')], { size: { scale: 2.5 } });
    expect(text.split('\n')).toEqual([
      '1/1 a.png: 12 x 9 → 48 x 36 by the model → 30 x 22',
      expect.stringMatching(/^1\/1 a\.png: tile 1 of 1, /),
      expect.stringMatching(/^1\/1 .*a_x2\.5\.png: 30x22, /),
      '',
    ]);
  });

  test('a duplicate image is upscaled once', async () => {
    const path = await put('a.png');
    const { error, events } = await run([path, folder, path], {}, true);
    expect(error).toBeUndefined();
    expect(events.filter(({ event }) => event === 'done')).toHaveLength(1);
  });

  test('what killed processes left next to the results is deleted', async () => {
    const path = await put('a.png');
    const out = join(folder, 'out');
    await mkdir(out);
    const left = `.tmp-${thisHost}.${2 ** 30}.5-ab.v`;
    const running = basename(temporaryPath('a', '.v'));
    for (const name of [left, running]) await put(join('out', name), Buffer.from('pixels'));
    expect((await run([path], { out })).error).toBeUndefined();
    expect((await readdir(out)).sort()).toEqual([running, 'a_x4.png'].sort());
  });

  test('two inputs of the same name do not overwrite each other', async () => {
    await mkdir(join(folder, 'one'));
    await mkdir(join(folder, 'two'));
    const inputs = [await put('one/a.png'), await put('two/a.png')];
    for (const existing of ['keep', 'replace'] as const) {
      const { error } = await run(inputs, { out: join(folder, 'out'), existing });
      expect(error).toMatchObject({
        code: 'partial',
        message: expect.stringMatching(/result of .*two.a\.png would be written to .*another input/),
      });
    }
  });
});

describe('shares', () => {
  const names = Array.from({ length: 12 }, (_, i) => `${i}.png`);
  const share = (number: number, count: number, weights = 'ab'.repeat(32)) => ({
    share: { number, count, weights },
  });

  test('divide the images, and skip what is done', async () => {
    for (const name of [...names, '0.bmp.png']) await put(name);
    const done: string[] = [];
    for (const number of [1, 2, 3]) {
      const { error, events } = await run([folder], share(number, 3), true);
      expect(error).toBeUndefined();
      done.push(
        ...events.filter(({ event }) => event === 'done').map(({ input }) => basename(String(input))),
      );
    }
    expect(done.sort()).toEqual([...names, '0.bmp.png'].sort());
    const { text } = await run([folder], share(2, 3));
    expect(text).toMatch(
      /\nShare 2\/3: 0 upscaled, [1-9] skipped, 0 failed; the other shares have \d+ images\.\n$/,
    );
    expect((await run([folder], { existing: 'keep' }, true)).events[0]).toMatchObject({ pictures: 0 });
  });

  test('an image that is named twice is upscaled once', async () => {
    const path = await put('a.png');
    const { error, events } = await run([path, join(folder, '.', 'b', '..', 'a.png'), folder], {}, true);
    expect([error, events[0]?.pictures]).toEqual([undefined, 1]);
  });

  test('names that differ in case only are one result where the system ignores case', async () => {
    await Promise.all(['one', 'two'].map((name) => mkdir(join(folder, name))));
    const inputs = [await put('one/IMG.png'), await put('two/img.png')];
    const { error } = await run(inputs, { out: join(folder, 'out'), existing: 'replace' });
    const ignoresCase = process.platform === 'win32' || process.platform === 'darwin';
    expect(error === undefined).toBe(!ignoresCase);
  });

  test('images with one result are in one share, which reports the second', async () => {
    await put('a.png');
    await put('a.gif', await sharp(join(folder, 'a.png')).gif().toBuffer());
    const errors = await Promise.all([1, 2, 3].map((number) => run([folder], share(number, 3))));
    expect(errors.flatMap(({ error }) => (error instanceof Error ? error.message : []))).toEqual([
      expect.stringMatching(/^1 of 2 failed:\n .*a_x4\.png, which is the result of another input/),
    ]);
  });

  test('results of another model are refused', async () => {
    for (const name of names) await put(name);
    const out = join(folder, 'out');
    await run([folder], { out, ...share(1, 2) });
    const before = await readdir(out);
    const { error } = await run([folder], { out, ...share(2, 2, 'cd'.repeat(32)) });
    expect(error).toMatchObject({
      code: 'data',
      message: expect.stringMatching(
        /shares_x4\.json names bicubic x4 \(SHA-256 abababab…\), and this is bicubic x4 \(SHA-256 cdcdcdcd…\)\. Use another --out or --name, /,
      ),
    });
    expect(await readdir(out)).toEqual(before);
    expect(
      (await run([folder], { out, name: '{name}b', ...share(2, 2, 'cd'.repeat(32)) })).error,
    ).toBeUndefined();
  });

  test('names that a killed share reserved with empty files are not done', async () => {
    await put('a.png');
    const left = ['a_x4.png', '.esrgan-shares_x4.json'];
    for (const name of left) await put(name, Buffer.alloc(0));
    const { error, text } = await run([folder], share(1, 1));
    expect([error, text]).toEqual([undefined, expect.stringContaining('Share 1/1: 1 upscaled, 0 skipped')]);
    for (const name of left) expect((await stat(join(folder, name))).size).toBeGreaterThan(0);
  });

  test('a share without images has nothing to do', async () => {
    await put('a.png');
    const outcomes = await Promise.all([1, 2, 3].map((number) => run([folder], share(number, 3))));
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(outcomes.filter(({ text }) => text.includes('0 upscaled'))).toHaveLength(2);
  });

  test('a failure is reported at once and at the end, with the exit code of some failures', async () => {
    for (const name of ['a.png', 'b.png']) await put(name);
    const bad = await put('bad.png', Buffer.from('bad'));
    const { error, text } = await run([folder], share(1, 1));
    expect(text).toContain(`Failed: ${bad}`);
    expect(text).toMatch(/Share 1\/1: 2 upscaled, 0 skipped, 1 failed/);
    expect(error).toMatchObject({ code: 'partial', message: expect.stringContaining('bad.png') });
  });
});

describe('failures', () => {
  test('of a single image are reported once', async () => {
    const { text, error } = await run([await put('bad.png', Buffer.from('bad'))]);
    expect(text).toBe('');
    expect(error).toMatchObject({
      code: 'data',
      message: expect.stringContaining('bad.png is not an image, or is damaged'),
    });
  });

  test('do not stop the other images, and are listed at the end', async () => {
    const inputs = [
      await put('a.png'),
      await put('bad.png', Buffer.from('bad')),
      join(folder, 'none.png'),
      await put('c.png'),
    ];
    const { error, text } = await run(inputs);
    expect(error).toMatchObject({ code: 'partial' });
    const { message } = error as Error;
    expect(message).toMatch(/^2 of 4 failed:\n/);
    for (const name of ['bad.png', 'none.png']) {
      expect(message.split(name)).toHaveLength(2);
      expect(text).toContain(`Failed: ${join(folder, name)}`);
    }
    expect(await readdir(folder)).toEqual(expect.arrayContaining(['a_x4.png', 'c_x4.png']));
  });

  test('of all images: the error has their code', async () => {
    const inputs = [await put('1.png', Buffer.from('bad')), await put('2.png', Buffer.from('bad'))];
    expect((await run(inputs)).error).toMatchObject({ code: 'data' });
  });

  test('of a single image: the error has its message', async () => {
    const path = await put('1.png', Buffer.from('bad'));
    const { error, events } = await run([path], {}, true);
    expect(error).toMatchObject({
      code: 'data',
      message: expect.stringMatching(/^\S+1\.png is not an image, or is damaged or truncated/),
    });
    expect(events).toMatchObject([
      { event: 'failed', input: path, code: 'data' },
      { event: 'plan', pictures: 0, failed: 1 },
    ]);
  });

  test('a folder without images', async () => {
    expect((await run([folder])).error).toMatchObject({
      code: 'data',
      message: expect.stringContaining('contains no images'),
    });
  });

  test('cancelling ends the batch', async () => {
    const cancel = new AbortController();
    cancel.abort();
    const { error } = await run([await put('a.png'), await put('b.png')], { signal: cancel.signal });
    expect(error).toMatchObject({ code: 'interrupted' });
    expect((await readdir(folder)).sort()).toEqual(['a.png', 'b.png']);
  });
});

describe('the command', () => {
  async function check(
    args: string[],
    opened: readonly [string, Parameters<OpenModel>[1]] | undefined,
    upscaler: Partial<Upscaler> = {},
  ): Promise<unknown> {
    const close = vi.fn(async () => {});
    const openModel = vi.fn(async () => ({ ...bicubicUpscaler(2), close, ...upscaler }));
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerUpscale(program, openModel, (model) => model);
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const error = await program.parseAsync(['node', 'esrgan', 'upscale', ...args]).catch((thrown) => thrown);
    written.mockRestore();
    const onProblem = expect.any(Function);
    expect(openModel.mock.calls).toEqual(opened ? [[opened[0], { ...opened[1], onProblem }]] : []);
    expect(close).toHaveBeenCalledTimes(opened ? 1 : 0);
    expect(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => process.listenerCount(signal))).toEqual([0, 0, 0]);
    return error instanceof Error ? error : undefined;
  }

  test('opens the model, upscales, closes it', async () => {
    const error = await check(
      [await put('a.png'), '--model', 'bicubic', '--scale', '2', '--tile', '8'],
      ['bicubic', { engine: 'auto', scale: 2 }],
    );
    expect(error).toBeUndefined();
    expect((await readdir(folder)).sort()).toEqual(['a.png', 'a_x2.png']);
  });
  test.each([
    ['--scale 2.5', ['bicubic', 3], 'a_x2.5.png', 30, 22],
    ['--width 40', ['bicubic', undefined], 'a_40w.png', 40, 30],
    ['--height 9 --width 40', ['bicubic', undefined], 'a_40w9h.png', 12, 9],
    ['--megapixels 0.0003', ['bicubic', undefined], 'a_0.0003mp.png', 20, 15],
    ['--format webp --quality 50', ['bicubic', undefined], 'a_x2.webp', 24, 18],
    ['--format jpg', ['bicubic', undefined], 'a_x2.jpg', 24, 18],
    ['--format tif', ['bicubic', undefined], 'a_x2.tif', 24, 18],
    ['--tta', ['bicubic', undefined], 'a_x2.png', 24, 18],
  ] as const)('%s', async (flags, [model, scale], name, width, height) => {
    const args = [await put('a.png'), '--model', model, ...flags.split(' ')];
    const options = { engine: 'auto', ...(scale === undefined ? {} : { scale }) };
    expect(await check(args, [model, options])).toBeUndefined();
    expect(await sharp(join(folder, name)).metadata()).toMatchObject({ width, height });
  });
  test('--model2 interpolates', async () => {
    const second = { model: 'y', alpha: 0.3 };
    const args = [await put('a.png'), '--model', 'x', '--model2', 'y', '--alpha', '0.3'];
    expect(await check(args, ['x', { engine: 'auto', second }])).toBeUndefined();
  });
  test('--then chains models', async () => {
    const program = new Command().exitOverride();
    const opened: string[] = [];
    const openModel: OpenModel = async (name) => {
      opened.push(name);
      return { ...bicubicUpscaler(name === 'x' ? 1 : 2), name };
    };
    registerUpscale(program, openModel, (model) => model);
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const args = [
      await put('a.png'),
      '--model',
      'x',
      '--then',
      'y',
      '--then',
      'z',
      '--name',
      '{name}@{model}',
    ];
    await program.parseAsync(['node', 'esrgan', 'upscale', ...args]);
    written.mockRestore();
    expect(opened).toEqual(['x', 'y', 'z']);
    expect((await sharp(join(folder, 'a@x-y-z.png')).metadata()).width).toBe(48);
  });
  test.each([
    ['--scale 0.5', 'a number from 1 to 1000'],
    ['--scale 1e9', 'a number from 1 to 1000'],
    ['--scale 1001', 'a number from 1 to 1000'],
    ['--quality 0', 'from 1 to 100'],
    ['--format jpx', 'one of png, jpeg'],
    ['--scale 2 --width 40', 'cannot be used with'],
    ['--megapixels 0', 'a number above 0'],
    ['--quality 101', 'from 1 to 100'],
    ['--format gif', 'png, jpeg, webp, avif, tiff'],
    ['--alpha 0.5', 'name it with --model2'],
  ])('%s is an error before the model is opened', async (flags, message) => {
    const error = await check(['a.png', '--model', 'x', ...flags.split(' ')], undefined);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });
  test('uses a bundled model for the format of the images without --model', async () => {
    const fileOf = (model: BundledModel) => bundledModelFile(model) ?? model;
    expect(await check([await put('a.png')], [fileOf('faithful'), { engine: 'auto' }])).toBeUndefined();
    await put('b.jpg');
    expect(await check([join(folder, 'b.jpg')], [fileOf('photo'), { engine: 'auto' }])).toBeUndefined();
    // Results of a command that was killed do not count.
    await put('a_x4.png');
    await put('a_3000w.png');
    expect(await check([folder, '--dry-run'], [fileOf('photo'), { engine: 'auto' }])).toBeUndefined();
  });
  test('closes it after a failure', async () => {
    const error = await check(
      [join(folder, 'none.png'), '--model', 'x', '--engine', 'cpu'],
      ['x', { engine: 'cpu' }],
    );
    expect(error).toMatchObject({ code: 'data' });
  });
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s cancels and leaves nothing behind',
    async (signal) => {
      const upscale: Upscaler['upscale'] = (image) => {
        process.emit(signal);
        return bicubicUpscaler(2).upscale(image);
      };
      const error = await check(
        [await put('a.png'), '--model', 'x', '--tile', '8'],
        ['x', { engine: 'auto' }],
        { upscale },
      );
      expect(error).toMatchObject({ code: 'interrupted' });
      expect(await readdir(folder)).toEqual(['a.png']);
    },
  );
  test('--overwrite replaces results, --rename adds a number', async () => {
    const input = await put('a.png');
    await put('a_x2.png', Buffer.from('old'));
    const opened = ['x', { engine: 'auto' }] as const;
    await check([input, '--model', 'x', '--rename', '--name', '{name}_x{scale}'], opened);
    expect((await readdir(folder)).sort()).toEqual(['a.png', 'a_x2-2.png', 'a_x2.png']);
    expect(await readFile(join(folder, 'a_x2.png'), 'utf8')).toBe('old');
    await check([input, '--model', 'x', '--overwrite'], opened);
    expect((await sharp(join(folder, 'a_x2.png')).metadata()).width).toBe(24);
  });
  test('--share opens the file of weights, whose hash is recorded', async () => {
    const input = await put('a.png');
    const file = await put('net.pth', Buffer.from('weights'));
    expect(
      await check([input, '--model', file, '--share', '1/1'], [file, { engine: 'auto' }]),
    ).toBeUndefined();
    expect(JSON.parse(await readFile(join(folder, '.esrgan-shares_x2.json'), 'utf8'))).toEqual({
      format: 1,
      name: 'bicubic',
      weights: createHash('sha256').update('weights').digest('hex'),
      scale: 2,
    });
    for (const [argument, message] of [
      ['2/1', 'Use the form 3/20'],
      ['1/1 --overwrite', 'cannot be used with'],
    ] as const) {
      const error = await check([input, '--model', file, '--share', ...argument.split(' ')], undefined);
      expect(error).toMatchObject({ message: expect.stringContaining(message) });
    }
  });
  test('tiles too small for the model are an error before any image is read', async () => {
    const error = await check(
      [await put('bad.png', Buffer.from('bad')), '--model', 'x', '--tile', '4'],
      ['x', { engine: 'auto' }],
    );
    expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('Use --tile 5 or more.') });
  });
  test('an invalid number is an error before the model is opened', async () => {
    const error = await check(['a.png', '--model', 'x', '--tile', '0'], undefined);
    expect(error).toMatchObject({ message: expect.stringContaining('whole number above 0') });
  });
});

// Files whose header or pixels are broken; every other one is an image that must come out four times as large.
const broken = /^(truncated|corrupt-header|x[cdhlst])/;

describe.skipIf(!hasTestData)(needsTestData('files of others'), () => {
  test.each(['realesrgan', 'sharp', 'pngsuite'])('%s', async (name) => {
    const inputs = join(testData, 'inputs', name);
    // flowers.jpeg is a plain gradient that alone takes half of the time.
    const names = (await readdir(inputs)).filter((file) => file !== 'flowers.jpeg');
    const paths = names.sort().map((file) => join(inputs, file));
    const { error, events } = await run(paths, { out: folder, tile: 256 }, true);
    const results = events.filter(({ event }) => event === 'done' || event === 'failed');
    expect(results.map(({ input }) => String(input)).sort()).toEqual(paths);
    for (const { event, input, output, message, code } of results) {
      const path = String(input);
      expect(event, path).toBe(broken.test(basename(path)) ? 'failed' : 'done');
      if (event === 'failed') {
        expect(code).toBe('data');
        expect(String(message).split('\n')).toHaveLength(1);
        expect(message).toContain(path);
        continue;
      }
      const [before, after] = await Promise.all([sharp(path).metadata(), sharp(String(output)).metadata()]);
      const { width, height } = before.autoOrient;
      const cmyk = before.space === 'cmyk';
      expect(after, path).toMatchObject({
        width: width * 4,
        height: height * 4,
        format: before.format,
        depth: before.depth,
        space: cmyk ? 'srgb' : before.space,
        hasAlpha: before.hasAlpha,
      });
      expect(after.orientation ?? 1, path).toBe(1);
      expect(after.icc?.equals(before.icc ?? Buffer.alloc(0)), path).toBe(
        cmyk || !before.icc ? undefined : true,
      );
    }
    expect(error === undefined).toBe(!names.some((file) => broken.test(file)));
    expect((await readdir(folder)).filter((file) => file.startsWith('.'))).toEqual([]);
  });
});
