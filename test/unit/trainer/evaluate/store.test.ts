import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodePng } from '../../../../trainer/data/decode.ts';
import { fingerprintTestSet, type KnownTestSet } from '../../../../trainer/evaluate/results/test-set.ts';
import {
  evaluateOnce as evaluateAndSave,
  runOfWeights,
  type Subject,
} from '../../../../trainer/evaluate/store.ts';
import { type Measure, pixelMeasures } from '../../../../trainer/measures/measure.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory, type RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { bicubicUpscaler } from '../../../../trainer/upscale/bicubic.ts';
import { scenery, temporaryFolder } from '../data/images.ts';

async function testSet(seed = 1, name = 'own'): Promise<KnownTestSet> {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'HR'));
  for (const image of ['a', 'b']) {
    writeFileSync(join(dir, 'HR', `${image}.png`), await encodePng(scenery(40, 40, 3, seed)));
  }
  return fingerprintTestSet({ name, dir });
}

/** A model that counts how often it is opened and closed. */
function model(run: RunPaths | undefined, weights = 'ab'.repeat(32)) {
  const counts = { opened: 0, closed: 0 };
  const subject: Subject = {
    name: 'net',
    weights,
    run,
    async open() {
      counts.opened++;
      return { ...bicubicUpscaler(2), close: async () => void counts.closed++ };
    },
  };
  return { subject, counts };
}

/** `evaluateOnce`, whose results must be saved. */
const evaluateOnce = (subject: Subject, set: KnownTestSet, measures: readonly Measure[], again = false) =>
  evaluateAndSave(subject, set, measures, {
    again,
    onUnsaved(reason) {
      throw new Error(reason);
    },
  });

const newRun = () => createRunDirectory(join(temporaryFolder(), 'run'));

test('saved results are used again; missing ones are measured', async () => {
  const { subject, counts } = model(newRun());
  const set = await testSet();
  const first = await evaluateOnce(subject, set, pixelMeasures(['rgb']));
  expect(await evaluateOnce(subject, set, pixelMeasures(['rgb']))).toEqual(first);
  expect(counts).toEqual({ opened: 1, closed: 1 });

  const both = await evaluateOnce(subject, set, pixelMeasures(['seed', 'rgb']));
  expect(both.map(({ protocol }) => protocol)).toEqual(['seed', 'rgb']);
  expect(both[1]).toEqual(first[0]);
  expect(counts).toEqual({ opened: 2, closed: 2 });
  await evaluateOnce(subject, set, pixelMeasures(['seed', 'rgb']), true);
  expect(counts.opened).toBe(3);
});

test.each<[string, (set: KnownTestSet) => Promise<[Partial<Subject>, KnownTestSet]>, number]>([
  ['other weights', async (set) => [{ weights: 'cd'.repeat(32) }, set], 2],
  ['weights whose SHA-256 starts the same', async (set) => [{ weights: `${'ab'.repeat(31)}cd` }, set], 2],
  ['other images', async () => [{}, await testSet(2)], 2],
  ['the same images elsewhere, under another name', async () => [{ name: 'n2' }, await testSet(1, 'o2')], 1],
])('saved results are valid for these weights and images only: %s', async (_, change, opened) => {
  const { subject, counts } = model(newRun());
  const set = await testSet();
  await evaluateOnce(subject, set, pixelMeasures(['rgb']));
  const [changed, other] = await change(set);
  const [found] = await evaluateOnce({ ...subject, ...changed }, other, pixelMeasures(['rgb']));
  expect(counts.opened).toBe(opened);
  expect(found).toMatchObject({ model: changed.name ?? 'net', data: other.name });
});

test('equal images have an infinite PSNR, also from the file', async () => {
  const run = newRun();
  const { subject, counts } = model(run);
  const same: Subject = {
    ...subject,
    async open() {
      counts.opened++;
      return bicubicUpscaler(1);
    },
  };
  const set = await testSet();
  const first = await evaluateOnce(same, set, pixelMeasures(['rgb']));
  expect(first[0]?.psnr).toBe(Number.POSITIVE_INFINITY);
  expect(await evaluateOnce(same, set, pixelMeasures(['rgb']))).toEqual(first);
  expect(counts.opened).toBe(1);
});

test('a damaged file is measured again', async () => {
  const run = newRun();
  const { subject, counts } = model(run);
  const set = await testSet();
  const first = await evaluateOnce(subject, set, pixelMeasures(['rgb']));
  const [name = ''] = readdirSync(run.evaluations);
  const path = join(run.evaluations, name);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ format: 1, model: 'net', data: 'own' });
  for (const damage of ['{', '{}', readFileSync(path, 'utf8').replace('"ssim"', '"sim"')]) {
    writeFileSync(path, damage);
    expect(await evaluateOnce(subject, set, pixelMeasures(['rgb']))).toEqual(first);
  }
  expect(counts.opened).toBe(4);
});

test('distances of different networks are saved separately', async () => {
  const { subject, counts } = model(newRun());
  const set = await testSet();
  const seenBy = (net: string, lpips: number): Measure => ({
    protocol: 'lpips-vgg',
    description: '',
    net,
    metrics: ['lpips'],
    smallest: () => 1,
    measure: async () => ({ lpips }),
    close: async () => {},
  });
  const measured = async (...measures: Measure[]) =>
    (await evaluateOnce(subject, set, measures)).map(({ lpips }) => lpips);
  const [one, two] = [seenBy('1'.repeat(64), 0.25), seenBy('2'.repeat(64), 0.5)];
  expect(await measured(one)).toEqual([0.25]);
  expect(await measured(one, two)).toEqual([0.25, 0.5]);
  expect(await measured(two, one)).toEqual([0.5, 0.25]);
  expect(counts.opened).toBe(2);
  expect(await evaluateOnce(subject, set, [one])).toEqual([
    {
      model: 'net',
      data: 'own',
      protocol: 'lpips-vgg',
      lpips: 0.25,
      images: [
        { name: 'a', lpips: 0.25 },
        { name: 'b', lpips: 0.25 },
      ],
    },
  ]);
});

test('results that the run cannot store are returned, with the reason', async () => {
  const run = newRun();
  rmSync(run.evaluations, { recursive: true, force: true });
  writeFileSync(run.evaluations, 'not a folder');
  const { subject, counts } = model(run);
  const reasons: string[] = [];
  const found = await evaluateAndSave(subject, await testSet(), pixelMeasures(['rgb', 'seed']), {
    onUnsaved: (reason) => reasons.push(reason),
  });
  expect(found.map(({ protocol, psnr }) => [protocol, Number.isFinite(psnr)])).toEqual([
    ['rgb', true],
    ['seed', true],
  ]);
  expect(reasons).toEqual([expect.stringMatching(/^Cannot write .*evaluations/)]);
  expect(counts).toEqual({ opened: 1, closed: 1 });
});

test('results without a run are not saved', async () => {
  const set = await testSet();
  const { subject, counts } = model(undefined);
  await evaluateOnce(subject, set, pixelMeasures(['rgb']));
  await evaluateOnce(subject, set, pixelMeasures(['rgb']));
  expect(counts).toEqual({ opened: 2, closed: 2 });
});

describe('shares', () => {
  const measures = pixelMeasures(['rgb', 'seed']);
  const unexpected = (reason: string) => {
    throw new Error(reason);
  };

  /** Five images, one in a subfolder, and one that is reproduced exactly. */
  async function largeSet(): Promise<KnownTestSet> {
    const dir = temporaryFolder();
    mkdirSync(join(dir, 'HR', 'sub'), { recursive: true });
    for (const [i, image] of ['a.png', 'b.png', 'c.png', 'sub/a.png'].entries()) {
      writeFileSync(join(dir, 'HR', image), await encodePng(scenery(40, 40, 3, i)));
    }
    const flat = { width: 40, height: 40, channels: 3, data: new Uint8Array(4800).fill(100) } as const;
    writeFileSync(join(dir, 'HR', 'flat.png'), await encodePng(flat));
    return fingerprintTestSet({ name: 'large', dir });
  }

  test.each([
    ['a run', () => [newRun(), undefined] as const],
    ['no run', () => [undefined, join(temporaryFolder(), 'parts')] as const],
  ])('the last one has the evaluation of an unshared one: %s', async (_, create) => {
    const [run, parts] = create();
    const set = await largeSet();
    const expected = await evaluateOnce(model(undefined).subject, set, measures);
    const { subject, counts } = model(run);
    for (const number of [2, 1]) {
      const found = await evaluateAndSave(subject, set, measures, {
        share: { number, count: 2 },
        ...(parts === undefined ? {} : { parts }),
        onUnsaved: unexpected,
      });
      expect(found).toEqual(number === 1 ? expected : []);
    }
    const again = await evaluateAndSave(subject, set, measures, {
      ...(parts === undefined ? {} : { parts }),
      onUnsaved: unexpected,
    });
    expect(again).toEqual(expected);
    expect(counts.opened).toBe(run ? 2 : 3);
    if (run) expect(readdirSync(join(run.evaluations, 'parts'))).toEqual([]);
  });

  test('what a share has measured is not measured again, neither by it nor without shares', async () => {
    const run = newRun();
    const set = await largeSet();
    const upscaled: number[] = [];
    const counting = (limit: number): Subject => ({
      ...model(run).subject,
      async open() {
        const upscaler = bicubicUpscaler(2);
        return {
          ...upscaler,
          upscale(image) {
            if (upscaled.length === limit) throw new Error('killed');
            upscaled.push(image.data.length);
            return upscaler.upscale(image);
          },
        };
      },
    });
    const all = { share: { number: 1, count: 1 }, onUnsaved: unexpected };
    await expect(evaluateAndSave(counting(2), set, measures, all)).rejects.toThrow('killed');
    await expect(evaluateAndSave(counting(3), set, measures, all)).rejects.toThrow('killed');
    const found = await evaluateOnce(counting(6), set, measures);
    expect(upscaled).toHaveLength(5);
    expect(found).toEqual(await evaluateOnce(model(undefined).subject, set, measures));
  });

  test('an image that fails does not stop the others', async () => {
    const set = await testSet();
    const { subject } = model(newRun());
    writeFileSync(join(set.dir, 'HR', 'a.png'), 'damaged');
    const failures: string[] = [];
    const share = { number: 1, count: 1 };
    const options = {
      share,
      onUnsaved: unexpected,
      onFailed: (error: Error) => failures.push(error.message),
    };
    expect(await evaluateAndSave(subject, set, measures, options)).toEqual([]);
    expect(failures).toEqual([expect.stringMatching(/a\.png/)]);
    writeFileSync(join(set.dir, 'HR', 'a.png'), await encodePng(scenery(40, 40, 3, 1)));
    expect(await evaluateOnce(subject, set, measures)).toEqual(
      await evaluateOnce(model(undefined).subject, set, measures),
    );
  });

  test('without a run they need a folder', async () => {
    const options = { share: { number: 1, count: 2 }, onUnsaved: unexpected };
    await expect(
      evaluateAndSave(model(undefined).subject, await testSet(), measures, options),
    ).rejects.toThrow(/net belongs to none\. Name a folder for them with --parts\./);
  });
});

test('a model is closed after a failure', async () => {
  const { subject, counts } = model(undefined);
  const nowhere = await fingerprintTestSet({ name: 'a', dir: '/none' });
  await expect(evaluateOnce(subject, nowhere, pixelMeasures(['rgb']))).rejects.toThrow('Test set a: ');
  expect(counts).toEqual({ opened: 1, closed: 1 });
});

test('the run of a file of weights is that of its checkpoint', () => {
  const run = newRun();
  const path = join(run.checkpoints, 'pretraining-00000001', 'generator.safetensors');
  expect(runOfWeights(path)).toBeUndefined();
  createManifest(run, { seed: 0, configHash: '', data: {}, ancestry: [] });
  expect(runOfWeights(path)?.root).toBe(run.root);
  expect(runOfWeights(join(run.root, 'generator.safetensors'))).toBeUndefined();
});

test("weights next to another program's run.json belong to no run", () => {
  const root = temporaryFolder();
  writeFileSync(join(root, 'run.json'), '{"scripts": []}');
  expect(runOfWeights(join(root, 'checkpoints', 'last', 'generator.safetensors'))).toBeUndefined();
});
