import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import type {
  ModelChain,
  RegionQuery,
  UpscalingBatch,
  UpscalingProgress,
} from '../../../../server/protocol/upscaling.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';
import { run } from '../../trainer/cli/esrgan.ts';
import { randomGenerator } from '../../trainer/weights/generators.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

let folder: string;
let server: ServerProcess;
let progress: UpscalingProgress[];
let onProgress: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'upscaling-'));
  mkdirSync(at('images'));
  progress = [];
  onProgress = () => {};
  server = await startServer(folder);
  server.onMessage('esrgan/upscalingProgress', (params) => {
    progress.push(params as UpscalingProgress);
    onProgress();
  });
});

afterEach(async () => {
  if (server.child.exitCode === null && server.child.signalCode === null && server.child.kill('SIGKILL'))
    await once(server.child, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

function at(...names: string[]): string {
  return join(folder, ...names);
}

/** An image of waves, of that side, in the folder of images. */
async function image(name: string, side = 24): Promise<string> {
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 37 + ((i * i) % 91)) % 256);
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(at('images', name));
  return at('images', name);
}

/** A model with random weights whose results are around a middle grey. */
function model(name = 'net.safetensors', options = {}, seed = 1): string {
  const generator = randomGenerator(options, seed);
  generator.parameters.get('conv_last.bias')?.data.fill(0.5);
  generator.parameters.get('conv_last.weight')?.data.forEach((value, i, data) => {
    data[i] = value / 4;
  });
  writeGenerator(at(name), generator);
  return at(name);
}

const single = (path: string): ModelChain => ({ model: path, second: null, next: [] });

function batch(parts: Partial<UpscalingBatch>): UpscalingBatch {
  return {
    batch: '1',
    models: single(at('net.safetensors')),
    inputs: [at('images')],
    outputFolder: null,
    outputName: '{name}_x{scale}',
    output: { size: null, format: 'keep', quality: null, isBetter: false },
    existing: 'keep',
    engine: 'cpu',
    ...parts,
  };
}

const images = () => readdirSync(at('images')).sort();

/** Resolves with the first progress that `holds`. */
function until(holds: (progress: UpscalingProgress) => boolean): Promise<void> {
  return new Promise((resolve) => {
    onProgress = () => progress.some(holds) && resolve();
    onProgress();
  });
}

describe('a batch', () => {
  test('gives the very files of the command line, and tells how far it is', async () => {
    model();
    await image('a.png');
    await image('b.jpg');
    const result = await server.request('esrgan/upscale', batch({}));
    expect(result).toMatchObject({
      isCancelled: false,
      failures: [],
      images: [
        { input: at('images', 'a.png'), output: at('images', 'a_x4.png'), width: 96, kept: false },
        { input: at('images', 'b.jpg'), output: at('images', 'b_x4.jpg'), width: 96, kept: false },
      ],
    });
    expect(progress.map(({ phase }) => phase).slice(0, 3)).toEqual(['waiting', 'opening', 'working']);
    expect(progress.at(-1)).toMatchObject({
      input: at('images', 'b.jpg'),
      image: 2,
      images: 2,
      tile: 1,
      tiles: 1,
      etaSeconds: 0,
    });
    await run('upscale', at('images'), '--model', at('net.safetensors'), '--out', at('out'));
    for (const name of ['a_x4.png', 'b_x4.jpg']) {
      expect(readFileSync(at('images', name)).equals(readFileSync(at('out', name))), name).toBe(true);
    }
  });

  test('goes on after a failure and says what failed and why', async () => {
    model();
    const whole = await image('c.png');
    writeFileSync(at('images', 'a.png'), 'no image');
    writeFileSync(at('images', 'b.png'), readFileSync(whole).subarray(0, 300));
    const { images: done, failures } = await server.request('esrgan/upscale', batch({}));
    expect(done.map(({ output }) => output)).toEqual([at('images', 'c_x4.png')]);
    expect(failures.map(({ input }) => input)).toEqual([at('images', 'a.png'), at('images', 'b.png')]);
    for (const { input, message } of failures) {
      const path = join('images', basename(input));
      expect(message).toContain(`${path} is not an image, or is damaged or truncated`);
    }
    expect(images()).toEqual(['a.png', 'b.png', 'c.png', 'c_x4.png']);
  });

  test.each([
    { existing: 'keep', expected: ['a.png', 'a_x4.png', 'b.png', 'b_x4.png'], isReplaced: false },
    { existing: 'replace', expected: ['a.png', 'a_x4.png', 'b.png', 'b_x4.png'], isReplaced: true },
    {
      existing: 'rename',
      expected: ['a.png', 'a_x4-2.png', 'a_x4.png', 'b.png', 'b_x4.png'],
      isReplaced: false,
    },
  ] as const)('results that exist: $existing', async ({ existing, expected, isReplaced }) => {
    model();
    const a = await image('a.png');
    await image('b.png');
    writeFileSync(at('images', 'a_x4.png'), 'old');
    const inputs = [a, at('images', 'b.png')];
    await server.request('esrgan/upscale', batch({ inputs, existing }));
    expect(images()).toEqual(expected);
    expect(readFileSync(at('images', 'a_x4.png'), 'utf8') === 'old').toBe(!isReplaced);
    expect(progress.at(-1)?.kept).toEqual(existing === 'keep' ? [a] : []);
  });

  test('has its results in a folder and by a name of its own', async () => {
    model();
    await image('a.png');
    await server.request(
      'esrgan/upscale',
      batch({ outputFolder: at('large'), outputName: '{model}-{name}' }),
    );
    expect(readdirSync(at('large'))).toEqual(['net-a.png']);
    expect(images()).toEqual(['a.png']);
  });

  test.each([
    ['absent.pth', undefined, /The file .*absent\.pth does not exist/],
    ['broken.pth', 'no weights', /broken\.pth is not a valid PyTorch file/],
  ])('with the model %s fails with one message', async (name, content, message) => {
    await image('a.png');
    if (content !== undefined) writeFileSync(at(name), content);
    const asking = server.request('esrgan/upscale', batch({ models: single(at(name)) }));
    await expect(asking).rejects.toThrow(message);
    expect(images()).toEqual(['a.png']);
  });

  test('computes on the engine that is asked for', async () => {
    model();
    await image('a.png');
    const asking = server.request('esrgan/upscale', batch({ engine: 'gpu' }));
    await expect(asking).rejects.toThrow(/no engine gpu/i);
  });

  test('has the chosen size, format, quality and passes', async () => {
    model();
    const inputs = [await image('a.png')];
    const output = { size: { width: 50 }, format: 'webp', quality: 70, isBetter: true } as const;
    const { images: made } = await server.request('esrgan/upscale', batch({ inputs, output }));
    expect(made).toMatchObject([{ output: at('images', 'a_50w.webp'), width: 50, height: 50, kept: false }]);
    expect(await sharp(at('images', 'a_50w.webp')).metadata()).toMatchObject({ format: 'webp', width: 50 });
    expect(progress.map(({ sizes }) => sizes)).toContainEqual([
      [24, 24],
      [96, 96],
      [50, 50],
    ]);
  });

  test('has models one after another, of which the first is interpolated', async () => {
    const [first, second] = [model('1.safetensors'), model('2.safetensors', {}, 2)];
    const inputs = [await image('a.png', 16)];
    const models = { model: first, second: { model: second, alpha: 0.25 }, next: [second] };
    const { images: made } = await server.request('esrgan/upscale', batch({ inputs, models }));
    expect(made).toMatchObject([{ output: at('images', 'a_x16.png'), width: 256, kept: false }]);
    const words = ['--model2', second, '--alpha', '0.25', '--then', second, '--out', at('out')];
    await run('upscale', ...inputs, '--model', first, ...words);
    const bytes = readFileSync(at('images', 'a_x16.png'));
    expect(bytes.equals(readFileSync(at('out', 'a_x16.png')))).toBe(true);
  });

  test('waits for the one before', async () => {
    model();
    const inputs = [await image('a.png')];
    const first = server.request('esrgan/upscale', batch({ inputs }));
    const second = server.request('esrgan/upscale', batch({ batch: '2', inputs }));
    expect((await first).images[0]).toMatchObject({ kept: false });
    expect((await second).images[0]).toMatchObject({ kept: true });
  });
});

describe('nothing is left behind', () => {
  /** A batch that takes long: 36 tiles of a model with many blocks. */
  async function slowBatch(): Promise<UpscalingBatch> {
    model('slow.safetensors', { rrdb_channels: 32, growth_channels: 16, num_basic_blocks: 6 });
    await image('large.png', 900);
    return batch({ models: single(at('slow.safetensors')) });
  }
  const isAtWork = ({ tile, tiles }: UpscalingProgress) => tile > 0 && tile < tiles;

  test('by a cancel in the middle of an image', async () => {
    const cancel = new CancellationTokenSource();
    const result = server.request('esrgan/upscale', await slowBatch(), cancel.token);
    await until(isAtWork);
    expect(images().length).toBeGreaterThan(1);
    cancel.cancel();
    expect(await result).toMatchObject({ images: [], failures: [], isCancelled: true });
    expect(images()).toEqual(['large.png']);
  });

  test('by a cancel of a batch that waits', async () => {
    const cancelFirst = new CancellationTokenSource();
    const cancel = new CancellationTokenSource();
    const first = server.request('esrgan/upscale', await slowBatch(), cancelFirst.token);
    const inputs = [at('images', 'large.png')];
    const second = server.request('esrgan/upscale', batch({ batch: '2', inputs }), cancel.token);
    await until((told) => told.batch === '2');
    cancel.cancel();
    await until(isAtWork);
    cancelFirst.cancel();
    expect(await second).toMatchObject({ isCancelled: true });
    expect(await first).toMatchObject({ isCancelled: true });
    expect(images()).toEqual(['large.png']);
  });

  test.each(['shut down', 'killed'])('by a server that is %s', async (how) => {
    const asking = server.request('esrgan/upscale', await slowBatch());
    asking.catch(() => {});
    await until(isAtWork);
    if (how === 'killed') {
      server.child.kill('SIGKILL');
      await once(server.child, 'exit');
    } else {
      await server.shutdown();
    }
    await expect.poll(images, { timeout: 30_000 }).toEqual(['large.png']);
  });

  test.skipIf(isWindows)(
    unlessWindows('by a full disk, which is said', 'has no limit of the size of files'),
    async () => {
      model();
      await image('a.png', 200);
      // No file may have more than 51,200 bytes.
      const command = `ulimit -f 100; exec "$0" dist/esrgan.js upscale "$1" --model "$2"`;
      const said = attempt(() =>
        execFileSync(
          'bash',
          ['-c', command, process.execPath, at('images', 'a.png'), at('net.safetensors')],
          {
            stdio: 'pipe',
          },
        ),
      );
      expect(said).toMatch(
        /a\.png cannot be decoded into .*images \(File too large\)\. Choose another folder/,
      );
      expect(images()).toEqual(['a.png']);
    },
  );

  function attempt(action: () => unknown): string {
    try {
      action();
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    }
    throw new Error('It should have failed.');
  }
});

describe('the preview of a region', () => {
  const region = { x: 90, y: 40, width: 40, height: 30 };
  const query = (parts: Partial<RegionQuery>): RegionQuery => ({
    image: at('images', 'a.png'),
    region,
    models: single(at('net.safetensors')),
    scale: 4,
    isBetter: false,
    engine: 'cpu',
    folder: at('copies'),
    ...parts,
  });
  const pixels = (path: string) => sharp(path).raw().toBuffer();
  const part = (path: string, { x, y, width, height }: typeof region) =>
    sharp(path)
      .extract({ left: 4 * x, top: 4 * y, width: 4 * width, height: 4 * height })
      .raw()
      .toBuffer();
  const largestDifference = (a: Buffer, b: Buffer) =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 256))), 0);

  test('has the pixels of the whole result', async () => {
    model();
    await image('a.png', 200);
    await server.request('esrgan/upscale', batch({}));
    const preview = await server.request('esrgan/previewRegion', query({}));
    expect(preview).toMatchObject({ width: 160, height: 120, milliseconds: expect.any(Number) });
    const whole = await part(at('images', 'a_x4.png'), region);
    expect(largestDifference(await pixels(preview.path), whole)).toBeLessThanOrEqual(1);
  });

  test('is there when it is requested again, until the model is written again', async () => {
    model();
    await image('a.png', 200);
    const first = await server.request('esrgan/previewRegion', query({}));
    expect(await server.request('esrgan/previewRegion', query({}))).toEqual({ ...first, milliseconds: null });
    model('net.safetensors', { num_basic_blocks: 3 });
    const other = await server.request('esrgan/previewRegion', query({}));
    expect((await pixels(other.path)).equals(await pixels(first.path))).toBe(false);
  });

  test('by bicubic interpolation, and by passes and models together', async () => {
    model();
    await image('a.png', 200);
    const models = { ...single(at('net.safetensors')), next: [at('net.safetensors')] };
    const shown = [
      await server.request('esrgan/previewRegion', query({ models: null, scale: 2 })),
      await server.request('esrgan/previewRegion', query({ isBetter: true })),
      await server.request('esrgan/previewRegion', query({ models })),
    ];
    expect(shown.map(({ width }) => width)).toEqual([80, 160, 640]);
  });

  test('that is cancelled ends at once; the next one is computed', async () => {
    model();
    model('slow.safetensors', { rrdb_channels: 64, growth_channels: 32, num_basic_blocks: 6 });
    await image('a.png', 600);
    const cancel = new CancellationTokenSource();
    const large = { x: 0, y: 0, width: 512, height: 512 };
    const slow = server.request(
      'esrgan/previewRegion',
      query({ models: single(at('slow.safetensors')), region: large }),
      cancel.token,
    );
    const isAtWork = () => readdirSync(at('copies')).some((name) => name.endsWith('.v'));
    await expect.poll(() => existsSync(at('copies')) && isAtWork(), { timeout: 30_000 }).toBe(true);
    const next = server.request('esrgan/previewRegion', query({}));
    cancel.cancel();
    await expect(slow).rejects.toThrow();
    expect(await next).toMatchObject({ width: 160 });
    expect(readdirSync(at('copies'))).toHaveLength(1);
  });

  test.each([
    ['outside of the image', { region: { ...region, x: 170 } }, /not inside of .*a\.png, which has 200x200/],
    ['too large', { region: { x: 0, y: 0, width: 600, height: 10 } }, /at most 512 a side/],
    ['of a file that is no image', { image: 'package.json' }, /is not an image, or is damaged/],
    ['by a file that is no model', { models: single('package.json') }, /package\.json/],
  ])('%s is refused', async (_, parts, message) => {
    model();
    await image('a.png', 200);
    await expect(server.request('esrgan/previewRegion', query(parts))).rejects.toThrow(message);
  });
});

test('models: files of any format with what they are; a file that is written anew is looked at again', async () => {
  const files = [model(), model('other.pth'), model('net.onnx'), at('broken.pth')];
  writeFileSync(at('broken.pth'), 'no weights');
  const list = async () => {
    const models = await server.request('esrgan/upscalingModels', { files });
    return models.filter(({ source }) => source.kind !== 'bundled');
  };
  expect(await list()).toMatchObject([
    { path: at('broken.pth'), scale: null, problem: expect.stringContaining('not a valid PyTorch file') },
    { path: at('net.onnx'), format: 'ONNX', scale: null, problem: null },
    { path: at('net.safetensors'), source: { kind: 'file' }, scale: 4, blocks: 2, channels: 4 },
    { path: at('other.pth'), format: 'PyTorch (zip)', scale: 4, problem: null },
  ]);
  model('broken.pth', { num_basic_blocks: 1 });
  expect((await list())[0]).toMatchObject({ path: at('broken.pth'), blocks: 1, problem: null });
});

test('a file of weights: what it is, the values of its tensors, and in another format', async () => {
  const file = model();
  const report = await server.request('esrgan/weights', { file });
  expect(report).toMatchObject({
    path: file,
    architecture: 'ESRGAN',
    options: { scale_factor: 4, num_basic_blocks: 2, use_subpixel_conv: false },
    checkpoint: null,
  });
  expect(report.sha256).toMatch(/^[0-9a-f]{64}$/);
  const values = await server.request('esrgan/tensorValues', { file });
  expect(values.map(({ name }) => name)).toEqual(report.tensors.map(({ name }) => name));
  expect(values).toContainEqual(
    expect.objectContaining({ name: 'conv_last.weight', count: 108, notFinite: 0 }),
  );
  const { bytes } = await server.request('esrgan/convertWeights', { file, output: at('converted.pth') });
  expect(statSync(at('converted.pth')).size).toBe(bytes);
  expect(await server.request('esrgan/weights', { file: at('converted.pth') })).toMatchObject({
    format: 'PyTorch (zip)',
    options: report.options,
  });
  await expect(server.request('esrgan/weights', { file: at('absent.pth') })).rejects.toThrow(
    /The file .* does not exist/,
  );
});

test('images that browsers cannot display are copied, others are not', async () => {
  const png = await image('a.png');
  const tiff = await image('b.tif');
  const wide = at('images', 'wide.png');
  await sharp({ create: { width: 20_000, height: 10, channels: 3, background: '#345' } }).toFile(wide);
  const ask = (path: string) => server.request('esrgan/displayableImage', { path, folder: at('copies') });
  expect(await ask(png)).toEqual({ path: png, width: 24, height: 24, bytes: statSync(png).size });
  const copy = await ask(tiff);
  expect(copy).toMatchObject({ width: 24, height: 24, bytes: statSync(tiff).size });
  expect(copy.path).toMatch(/copies.*\.png$/);
  const original = await sharp(tiff).raw().toBuffer();
  expect((await sharp(copy.path).raw().toBuffer()).equals(original)).toBe(true);
  const reduced = await ask(wide);
  expect(reduced).toMatchObject({ width: 20_000, height: 10 });
  expect((await sharp(reduced.path).metadata()).width).toBe(16384);
  expect(await ask(wide)).toEqual(reduced);
  await expect(ask(at('absent.png'))).rejects.toThrow(/no longer exists/);
});
