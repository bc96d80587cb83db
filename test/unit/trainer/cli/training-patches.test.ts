import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createPatchMaker, operationsNamed } from '../../../../trainer/cli/training-patches.ts';
import { type ResolvedConfig, readRunFile } from '../../../../trainer/config/index.ts';
import { encodePng } from '../../../../trainer/data/decode.ts';
import type { ImagePair } from '../../../../trainer/data/downscale.ts';
import { openLoader } from '../../../../trainer/data/loader.ts';
import type { Stage } from '../../../../trainer/run-state/run-state.ts';
import { loaderOptions, pairedSources, pairsOf } from '../../../../trainer/stages/training-data.ts';
import { scenery, temporaryFolder } from '../data/images.ts';
import { loadWorkerUrl } from '../data/load-worker-url.ts';

const degradation = `
  - { op: sharpen, p: 0.5 }
  - { op: blur, size: [7, 9] }
  - { op: noise, p: 0.8 }
  - { op: downscale, order: shuffled }
  - { op: jpeg, order: shuffled }`;

const inYaml = (path: string) => JSON.stringify(path.replaceAll('\\', '/'));

/** A run file of eight images in a new folder. */
async function runFile(
  more: string,
  lr?: string,
): Promise<{ file: string; text: string; config: ResolvedConfig }> {
  const folder = temporaryFolder();
  for (let i = 0; i < 8; i++)
    writeFileSync(join(folder, `${i}.png`), await encodePng(scenery(70 + i, 60 + 2 * i, 3, i)));
  const stage = (patch: string) =>
    `{ num_step: 100, cr_patch_size: ${patch}, train_datasets: [photos], val_datasets: [] }`;
  const text = `
batch_size: 3
datasets: { photos: { hr: ${inYaml(folder)}${lr === undefined ? '' : `, lr: ${inYaml(lr)}`} } }
pretraining: ${stage('[32, 48]')}
training: ${stage('[24, 24]')}
${more}`;
  const file = join(folder, 'run.esrgan.yaml');
  const { config, problems } = readRunFile(text, { file });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!config) throw new Error('no config');
  return { file, text, config };
}

type Query = Partial<Parameters<ReturnType<typeof createPatchMaker>['make']>[0]>;

async function preview(run: { file: string; text: string }, query: Query) {
  const pairs: ImagePair[] = [];
  const patches = await createPatchMaker().make(
    { ...run, stage: 'pretraining', step: 1, without: () => [], ...query },
    async (patch, slot) => {
      pairs[slot] = patch;
      return { lr: null, hr: null };
    },
  );
  return { patches, pairs };
}

function bytesOf(pairs: readonly ImagePair[], side: 'lr' | 'hr'): number[] {
  return pairs.flatMap((pair) => [...pair[side].data]);
}

test.each<[Stage, string]>([
  ['pretraining', ''],
  ['pretraining', `degradation: ${degradation}\naccumulate: 2`],
  ['training', `degradation: ${degradation}`],
])('the patches are those of the loader, byte for byte: %s %#', { timeout: 60_000 }, async (stage, more) => {
  const run = await runFile(more);
  const pairs = pairsOf(pairedSources(run.config, stage, 'train'));
  const options = { ...loaderOptions(run.config, stage, pairs), workers: 2, workerUrl: loadWorkerUrl() };
  const loader = await openLoader({ ...options, startStep: 2 });
  try {
    for (const step of [3, 4, 5, 6]) {
      const batch = await loader.next();
      const found = await preview(run, { stage, step });
      expect([found.patches.step, found.patches.epoch]).toEqual([batch.step, batch.epoch]);
      for (const side of ['lr', 'hr'] as const) {
        const bytes = bytesOf(found.pairs, side);
        expect(bytes.length).toBe(batch[side].length);
        expect(bytes.map((value) => Math.fround(value / 255))).toEqual([...batch[side]]);
      }
    }
  } finally {
    await loader.close();
  }
});

test('some patches are taken from the LR images', { timeout: 60_000 }, async () => {
  const lr = temporaryFolder();
  for (let i = 0; i < 8; i++)
    writeFileSync(
      join(lr, `${i}.png`),
      await encodePng(scenery(17 + Math.floor((i + 2) / 4), 15 + Math.floor(i / 2), 3, i)),
    );
  const run = await runFile(`degradation: ${degradation}\ndegradation_probability: 0.5`, lr);
  const pairs = pairsOf(pairedSources(run.config, 'pretraining', 'train'));
  const options = {
    ...loaderOptions(run.config, 'pretraining', pairs),
    workers: 2,
    workerUrl: loadWorkerUrl(),
  };
  const loader = await openLoader({ ...options, startStep: 0 });
  const isDegraded: boolean[] = [];
  try {
    for (let step = 1; step <= 10; step++) {
      const batch = await loader.next();
      const found = await preview(run, { step });
      expect(bytesOf(found.pairs, 'lr').map((value) => Math.fround(value / 255))).toEqual([...batch.lr]);
      for (const { applied } of found.patches.patches)
        isDegraded.push(applied.some(({ op }) => op === 'downscale'));
    }
  } finally {
    await loader.close();
  }
  // 30 patches; four standard deviations are 11.
  const count = isDegraded.filter(Boolean).length;
  expect(count).toBeGreaterThan(4);
  expect(count).toBeLessThan(26);
});

test('a part of a batch is its first patches', async () => {
  const run = await runFile(`degradation: ${degradation}`);
  const [all, part] = [await preview(run, { step: 5 }), await preview(run, { step: 5, count: 2 })];
  expect(part.patches.batchSize).toBe(3);
  expect(part.pairs).toEqual(all.pairs.slice(0, 2));
});

test('an operation that is left out changes no other', async () => {
  const run = await runFile(`degradation: ${degradation}`);
  const all = await preview(run, {});
  const without = await preview(run, { without: (config) => operationsNamed(['blur', '5'], config) });
  expect(without.patches.operations).toEqual([
    { op: 'sharpen', isOff: false },
    { op: 'blur', isOff: true },
    { op: 'noise', isOff: false },
    { op: 'downscale', isOff: false },
    { op: 'jpeg', isOff: true },
  ]);
  for (const [slot, { applied }] of without.patches.patches.entries()) {
    const before = all.patches.patches[slot]!.applied;
    expect(applied).toEqual(before.filter(({ op }) => op !== 'blur' && op !== 'jpeg'));
  }
  expect(bytesOf(without.pairs, 'hr')).toEqual(bytesOf(all.pairs, 'hr'));
  expect(bytesOf(without.pairs, 'lr')).not.toEqual(bytesOf(all.pairs, 'lr'));
});

test('the next image replaces one that cannot be read', async () => {
  const run = await runFile('');
  const image = (await preview(run, { step: 1 })).patches.patches[0]!.image;
  const bytes = readFileSync(image);
  writeFileSync(image, bytes.subarray(0, bytes.length / 2));
  const images = readdirSync(dirname(image)).filter((name) => name.endsWith('.png'));
  const next = images[(images.indexOf(basename(image)) + 1) % images.length];
  const { patches } = await preview(run, { step: 1 });
  expect(basename(patches.patches[0]!.image)).toBe(next);
});

test.each<[string, Query | string[], string]>([
  ['a step after the last', { step: 101 }, 'Step 101 is after the last one: pretraining has 100 steps.'],
  [
    'an operation that the list lacks',
    ['webp'],
    '`degradation` has no operation webp: it has 1 sharpen, 2 blur, 3 noise, 4 downscale, 5 jpeg.',
  ],
  ['the downscale', ['4'], '`downscale` cannot be left out: it makes the size of the LR patch.'],
])('refuses %s', async (_, query, message) => {
  const run = await runFile(`degradation: ${degradation}`);
  const given: Query = Array.isArray(query) ? { without: (config) => operationsNamed(query, config) } : query;
  await expect(preview(run, given)).rejects.toThrow(message);
});
