import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type ComparisonCell,
  type ComparisonQuery,
  defaultModels,
  type ModelReference,
} from '../../../../server/protocol/comparison.ts';
import type { Job } from '../../../../server/protocol/jobs.ts';
import { decodeImage } from '../../../../trainer/data/decode.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { run as esrgan } from '../../trainer/cli/esrgan.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { comparisonWorkspace, writeRun, writeTinyCheckpoint } from './real-runs.ts';

const workspace = await comparisonWorkspace();
const { folder, testSet } = workspace;
let server: ServerProcess;
let one: RunPaths;
let two: RunPaths;
let wake = () => {};

beforeAll(async () => {
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  one = writeRun(folder, 'one', [
    { stage: 'pretraining', step: 10, psnr: 21 },
    { stage: 'pretraining', step: 20, psnr: 20 },
    { stage: 'training', step: 10, psnr: 19 },
  ]);
  two = writeRun(
    folder,
    'two',
    [{ stage: 'pretraining', step: 10, psnr: 22 }],
    ['generator: { num_basic_blocks: 4 }'],
  );
  server = await startServer(folder);
  server.onMessage('esrgan/jobChanged', () => wake());
});
afterAll(async () => {
  expect(await server.shutdown()).toBe(0);
  vi.unstubAllEnvs();
  workspace.remove();
});

/** The job once it has ended. */
async function ended(job: string): Promise<Job> {
  for (;;) {
    const change = new Promise<void>((resolve) => (wake = resolve));
    const found = (await server.request('esrgan/jobs', null)).find((each) => each.job === job);
    if (found === undefined) throw new Error(`There is no job ${job}.`);
    if (['finished', 'failed', 'cancelled'].includes(found.state)) return found;
    await change;
  }
}

const query = (changes: Partial<ComparisonQuery> = {}): ComparisonQuery => ({
  runs: [one.root, two.root],
  models: defaultModels,
  protocols: ['rgb'],
  baseline: one.root,
  ...changes,
});

/** The cells of the test set, by the names of run and model; that of bicubic upscaling is the last. */
async function cells(protocol = 'rgb'): Promise<Record<string, ComparisonCell | undefined>> {
  const { columns, rows } = await server.request('esrgan/comparison', query({ protocols: [protocol] }));
  const place = columns.findIndex((column) => column.testSet === testSet && column.protocol === protocol);
  return Object.fromEntries(
    rows.map(({ isReference, run, label, cells }) => [
      `${isReference ? 'bicubic' : run === one.root ? 'one' : 'two'} ${label}`,
      cells[place],
    ]),
  );
}

const model = (checkpoint: string, second: ModelReference['interpolatedWith'] = null): ModelReference => ({
  run: one.root,
  checkpoint: join(one.checkpoints, checkpoint),
  interpolatedWith: second && { ...second, checkpoint: join(one.checkpoints, second.checkpoint) },
});

describe('missing cells', () => {
  test('are offered, computed by jobs, and equal what the command measures', async () => {
    expect(Object.entries(await cells()).map(([name, cell]) => [name, cell?.state])).toEqual([
      ['one PSNR', 'missing'],
      ['one ESRGAN', 'missing'],
      ['one interpolated 0.8', 'missing'],
      ['two PSNR', 'missing'],
      ['bicubic x4', 'missing'],
    ]);
    const { rows } = await server.request('esrgan/comparison', query());
    const started = await Promise.all(
      rows
        .slice(0, 3)
        .flatMap(({ model }) =>
          model === null ? [] : [server.request('esrgan/evaluate', { model, testSet, protocols: ['rgb'] })],
        ),
    );
    for (const { job } of started) {
      expect(await ended(job)).toMatchObject({ state: 'finished', done: 2, total: 2, message: null });
    }

    const common = ['--data', `tiny=${testSet}`, '--protocol', 'rgb', '--engine', 'cpu', '--json', '--again'];
    const [psnr, gan] = ['pretraining-00000010', 'training-00000010'].map((each) =>
      join(one.checkpoints, each),
    );
    const measured = await Promise.all([
      esrgan('evaluate', psnr ?? '', gan ?? '', ...common),
      esrgan('evaluate', psnr ?? '', gan ?? '', '--alpha', '0.8', ...common),
    ]);
    const expected = measured.flatMap(({ stdout }): { psnr: number; ssim: number }[] => JSON.parse(stdout));
    const found = Object.values(await cells()).slice(0, 3);
    expect(found).toMatchObject(
      expected.map(({ psnr, ssim }) => ({
        state: 'computed',
        result: { values: { psnr, ssim }, images: 2 },
      })),
    );
    const file = found[0]?.state === 'computed' ? found[0].result.file : null;
    const detail = await server.request('esrgan/evaluation', { run: one.root, file: file ?? '' });
    expect(detail).toMatchObject({ data: 'tiny', protocol: 'rgb', images: [{ name: '1' }, { name: '2' }] });
  });

  test('are as `esrgan compare` has them', async () => {
    const args = [one.root, '--data', `tiny=${testSet}`, '--protocol', 'rgb', '--json', '--engine', 'cpu'];
    const { rows }: { rows: { evaluations: { psnr: number }[] }[] } = JSON.parse(
      (await esrgan('compare', ...args)).stdout,
    );
    const found = Object.values(await cells()).slice(0, 3);
    expect(found.map((cell) => (cell?.state === 'computed' ? cell.result.values.psnr : null))).toEqual(
      rows.map(({ evaluations }) => evaluations[0]?.psnr),
    );
  });

  test('become stale when a checkpoint of that step is written anew', async () => {
    writeTinyCheckpoint(one, { stage: 'training', step: 10, psnr: 19 }, 'other weights');
    expect(await cells()).toMatchObject({
      'one PSNR': { state: 'computed' },
      'one ESRGAN': { state: 'stale', reason: 'Measured with weights that training-00000010 no longer has.' },
      'one interpolated 0.8': { state: 'stale' },
    });
  });

  test('that fail say why, and leave nothing', async () => {
    const before = readdirSync(one.evaluations);
    const missing = join(folder, 'data', 'none');
    const { job } = await server.request('esrgan/evaluate', {
      model: model('training-00000010'),
      testSet: missing,
      protocols: ['rgb'],
    });
    expect(await ended(job)).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/Test set none: .*has no HR images/),
    });
    expect(readdirSync(one.evaluations)).toEqual(before);
  });

  test('that are cancelled leave nothing', async () => {
    const before = readdirSync(one.evaluations);
    const ask = (step: string) =>
      server.request('esrgan/evaluate', { model: model(step), testSet, protocols: ['seed', 'paper-y'] });
    const [first, second] = [await ask('training-00000010'), await ask('pretraining-00000020')];
    await server.request('esrgan/cancelJob', second);
    await server.request('esrgan/cancelJob', first);
    expect([(await ended(second.job)).state, (await ended(first.job)).state]).toEqual([
      'cancelled',
      'cancelled',
    ]);
    expect(readdirSync(one.evaluations)).toEqual(before);
  });
});

test('config differences are exactly the keys that differ', async () => {
  const { keys, files } = await server.request('esrgan/configDifference', { runs: [one.root, two.root] });
  expect(keys.filter(({ differs }) => differs)).toEqual([
    { key: 'generator.num_basic_blocks', differs: true, values: [{ value: 23 }, { value: 4 }] },
  ]);
  expect(keys.length).toBeGreaterThan(30);
  expect(files).toEqual([one.config, two.config]);
});

test('curves know epochs, images and checkpoints', async () => {
  expect(await server.request('esrgan/curveScale', { run: one.root })).toEqual({
    stages: [
      { stage: 'pretraining', firstStep: 0, imagesPerStep: 4, stepsPerEpoch: 2, best: 10, last: 20 },
      { stage: 'training', firstStep: 0, imagesPerStep: 4, stepsPerEpoch: 2, best: 10, last: 10 },
    ],
  });
});

test('a run of another trainer stands beside with its scalars', async () => {
  const external = join(folder, 'runs', 'basicsr');
  mkdirSync(external);
  const events = createEventWriter(external);
  events.scalars(1, { 'metrics/psnr': 20, l_pix: 0.5 });
  events.scalars(2, { 'metrics/psnr': 24, l_pix: 0.25 });
  events.close();
  const found = await server.request('esrgan/comparison', query({ runs: [one.root, external] }));
  const row = found.rows.find(({ run }) => run === external);
  const scalars = found.columns.flatMap(({ kind, protocol }, place) =>
    kind === 'scalar' ? [[protocol, row?.cells[place]]] : [],
  );
  expect(Object.fromEntries(scalars)).toMatchObject({
    'metrics/psnr': { state: 'computed', result: { values: { value: 24 }, best: [] } },
    l_pix: { state: 'computed', result: { values: { value: 0.25 } } },
  });
});

describe('images', () => {
  const image = { path: join(testSet, 'HR', '1.png'), role: 'hr', box: null } as const;

  test('are upscaled by a job; what is there is not made again', async () => {
    const models = [
      model('pretraining-00000010'),
      model('pretraining-00000010', { checkpoint: 'training-00000010', alpha: 0.5 }),
    ];
    const asked = await server.request('esrgan/imageResults', { image, models, run: null });
    expect(asked).toMatchObject({ scale: 4, width: 64, height: 48, results: [null, null], lr: null });
    expect(await ended(asked.job ?? '')).toMatchObject({ state: 'finished' });
    const found = await server.request('esrgan/imageResults', { image, models, run: null });
    expect(found.job).toBeNull();
    const [first, second] = await Promise.all(found.results.map((path) => decodeImage(path ?? '')));
    expect([first?.width, first?.height]).toEqual([64, 48]);
    expect(first?.data).not.toEqual(second?.data);
    expect((await decodeImage(found.hr ?? '')).data).toEqual((await decodeImage(image.path)).data);
    expect((await decodeImage(found.lr ?? '')).width).toBe(16);
    const { folder: results } = await server.request('esrgan/resultsFolder', null);
    expect(found.results.every((path) => path?.startsWith(results))).toBe(true);
  });

  test('equal what the command makes of the same LR', async () => {
    const found = await server.request('esrgan/imageResults', {
      image,
      models: [model('pretraining-00000010')],
      run: null,
    });
    const out = join(folder, 'out');
    const checkpoint = join(one.checkpoints, 'pretraining-00000010');
    await esrgan('upscale', found.lr ?? '', '--model', checkpoint, '--out', out, '--engine', 'cpu');
    const made = await decodeImage(join(out, 'lr_x4.png'));
    expect(made.data).toEqual((await decodeImage(found.results[0] ?? '')).data);
  });

  test('without models have their LR, bicubic and HR at once', async () => {
    const part = { ...image, box: { x: 1, y: 2, width: 6, height: 5 } };
    const found = await server.request('esrgan/imageResults', { image: part, models: [], run: one.root });
    expect(found).toMatchObject({ scale: 4, width: 24, height: 20, results: [], job: null });
    const sizes = await Promise.all(
      [found.lr, found.bicubic, found.hr].map(async (path) => {
        const { width, height } = await decodeImage(path ?? '');
        return [width, height];
      }),
    );
    expect(sizes).toEqual([
      [6, 5],
      [24, 20],
      [24, 20],
    ]);
    await expect(
      server.request('esrgan/imageResults', { image: part, models: [], run: null }),
    ).rejects.toThrow(/Choose a model/);
  });

  test('interpolate live: each alpha has its own pixels, the ends those of the models', async () => {
    const [a, b] = ['pretraining-00000010', 'training-00000010'].map((each) => join(one.checkpoints, each));
    const box = { x: 2, y: 2, width: 8, height: 8 };
    const interpolate = async (alpha: number) => {
      const made = await server.request('esrgan/interpolate', {
        a: a ?? '',
        b: b ?? '',
        alpha,
        image: { ...image, box },
      });
      expect([made.width, made.height]).toEqual([32, 32]);
      return (await decodeImage(made.path)).data;
    };
    const [faithful, half, sharp] = [await interpolate(0), await interpolate(0.5), await interpolate(1)];
    expect(half).not.toEqual(faithful);
    expect(half).not.toEqual(sharp);
    const models = [model('pretraining-00000010'), model('training-00000010')];
    const asked = await server.request('esrgan/imageResults', {
      image: { ...image, box },
      models,
      run: null,
    });
    await ended(asked.job ?? '');
    const { results } = await server.request('esrgan/imageResults', {
      image: { ...image, box },
      models,
      run: null,
    });
    const ends = await Promise.all(results.map(async (path) => (await decodeImage(path ?? '')).data));
    expect(largestDifference(ends[0], faithful)).toBeLessThanOrEqual(1);
    expect(largestDifference(ends[1], sharp)).toBeLessThanOrEqual(1);
    expect(await server.request('esrgan/closeInterpolation', null)).toBeNull();
  });

  test.each([
    ['no image', { ...image, path: join(folder, 'runs', 'one', 'run.json') }, /is not a readable image/],
    [
      'a box beyond it',
      { ...image, box: { x: 99, y: 0, width: 4, height: 4 } },
      /is outside of the image of 16x12/,
    ],
  ])('say what is wrong: %s', async (_, wrong, message) => {
    const [a, b] = [
      join(one.checkpoints, 'pretraining-00000010'),
      join(one.checkpoints, 'training-00000010'),
    ];
    await expect(
      _ === 'no image'
        ? server.request('esrgan/imageResults', {
            image: wrong,
            models: [model('training-00000010')],
            run: null,
          })
        : server.request('esrgan/interpolate', { a, b, alpha: 0.5, image: wrong }),
    ).rejects.toThrow(message);
  });
});

test('weights of one model are compared layer by layer', async () => {
  const [a, b] = ['pretraining-00000010', 'pretraining-00000020'].map((each) => join(one.checkpoints, each));
  const { tensors, total, unmatched } = await server.request('esrgan/weightsDifference', {
    a: a ?? '',
    b: b ?? '',
  });
  expect(tensors[0]).toMatchObject({ name: 'conv_first.weight', shape: [4, 3, 3, 3], notFinite: [0, 0] });
  expect(total.norm).toBeGreaterThan(0);
  expect(unmatched).toEqual([]);
  await expect(
    server.request('esrgan/weightsDifference', { a: a ?? '', b: join(folder, 'no.pth') }),
  ).rejects.toThrow(/The file .*no\.pth does not exist/);
});

test('exports: CSV, Markdown, and a report with images and curves', async () => {
  const ask = (format: 'csv' | 'markdown' | 'html', path = join(testSet, 'HR', '1.png')) =>
    server.request('esrgan/exportComparison', {
      comparison: query(),
      format,
      rows: null,
      columns: null,
      published: [],
      tags: ['train/content_loss'],
      images: [{ title: 'one', tiles: [{ label: 'HR', path }] }],
    });
  expect((await ask('csv')).content).toMatch(/^run,model,checkpoints,data,protocol,group,state,images,psnr,/);
  expect((await ask('markdown')).content).toContain('| run | model | tiny, rgb PSNR dB |');
  const { name, content } = await ask('html');
  expect(name).toBe('comparison.html');
  const png = readFileSync(join(testSet, 'HR', '1.png')).toString('base64');
  expect(content).toContain(`src="data:image/png;base64,${png}"`);
  await expect(ask('html', one.config)).rejects.toThrow(/cannot be included in a report/);
});

test.each<[string, readonly string[], RegExp]>([
  ['none', [], /0 runs cannot be compared at once: choose 1 to 8/],
  ['too many', Array.from({ length: 9 }, (_, index) => `/r${index}`), /9 runs cannot/],
  ['one that is gone', ['/no/such/run'], /\/no\/such\/run is not a run, or no longer exists/],
])('refuses to compare %s', async (_, runs, message) => {
  await expect(server.request('esrgan/comparison', query({ runs }))).rejects.toThrow(message);
});

function largestDifference(a: Uint8Array | undefined, b: Uint8Array): number {
  return b.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (a?.[index] ?? 255))), 0);
}
