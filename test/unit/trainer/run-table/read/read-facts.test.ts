import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type EvaluationFile,
  saveEvaluation,
} from '../../../../../trainer/evaluate/results/evaluation-files.ts';
import { createConfigReader } from '../../../../../trainer/run-table/read/read-config.ts';
import { readFacts } from '../../../../../trainer/run-table/read/read-facts.ts';
import { writeCheckpoint } from '../../../../../trainer/runs/checkpoints.ts';
import { readRun } from '../../../../../trainer/runs/list.ts';
import { createManifest, recordStart, recordStop } from '../../../../../trainer/runs/manifest.ts';
import { changeNotes } from '../../../../../trainer/runs/notes.ts';
import type { RunPaths } from '../../../../../trainer/runs/run-directory.ts';
import { writeStatus } from '../../../../../trainer/runs/status.ts';
import { temporaryFolder, temporaryRun } from '../../runs/temporary-run.ts';

const text = `# Resolved.
name: a
scale_factor: 4
pretraining:
  lr: 0.0002
  cr_patch_size: [ 128, 128 ]
generator:
  type: compact
`;

function reader(...texts: string[]) {
  const folder = temporaryFolder();
  const read = createConfigReader();
  return texts.map((each, index) => {
    const file = join(folder, `${index}.yaml`);
    writeFileSync(file, each);
    return read(file);
  });
}

const valuesOf = (parts: ReturnType<typeof reader>[number]) =>
  parts && Object.fromEntries(parts.flatMap((part) => [...part]));

test('a run file in parts, which equal run files share', () => {
  const [a, b, c] = reader(text, text, text.replace('compact', 'rrdb'));
  expect(valuesOf(a)).toEqual({
    name: 'a',
    scale_factor: 4,
    'pretraining.lr': 0.0002,
    'pretraining.cr_patch_size': [128, 128],
    'generator.type': 'compact',
  });
  expect(valuesOf(c)).toMatchObject({ scale_factor: 4, 'generator.type': 'rrdb' });
  expect(a?.every((part, index) => part === b?.[index])).toBe(true);
  expect(a?.filter((part) => c?.includes(part))).toHaveLength(3);
});

test.each([
  ['a text of several lines', 'a: |\n  x\n\n  y\nb: 1\n', { a: 'x\n\ny\n', b: 1 }],
  ['an anchor in another section', 'a: &x { c: 1 }\nb: *x\n', { 'a.c': 1, 'b.c': 1 }],
  ['JSON', '{"a": 1, "b": {"c": 2}}\n', { a: 1, 'b.c': 2 }],
  ['a list without indentation', 'a:\n- 1\n- 2\nb: 1\n', { a: [1, 2], b: 1 }],
  ['only comments', '# nothing\n', {}],
  ['no YAML', 'a: [\n', undefined],
  ['no map', 'text\n', undefined],
])('%s', (_, content, expected) => expect(valuesOf(reader(content)[0])).toEqual(expected));

test('a file that does not exist', () =>
  expect(createConfigReader()(join(temporaryFolder(), 'none.yaml'))).toBeUndefined());

const numbers = { epoch: 1, epochs: 2, step: 50, steps: 100, rate: null, etaSeconds: null, loss: 0.5 };

function trainedRun(psnr: number | 'Infinity' | null): RunPaths {
  const run = temporaryRun();
  createManifest(run, { seed: 1, configHash: '', data: {}, ancestry: [] });
  const source = { commit: '0123456789abcdef', isDirty: true };
  recordStart(run, {
    stage: 'pretraining',
    step: 0,
    toolVersion: '1.2',
    engine: 'cpu',
    device: 'Zen',
    source,
  });
  recordStop(run, { stage: 'pretraining', step: 50, reason: 'stopped' });
  writeFileSync(run.config, text);
  writeStatus(run, { ...numbers, state: 'stopped', stage: 'pretraining', psnr, message: null });
  return run;
}

const state = {
  stage: 'pretraining',
  epoch: 1,
  batch: 0,
  adamStep: 1,
  seed: 1,
  configHash: '',
  toolVersion: '1',
  engine: 'cpu',
  nonFinite: { inRow: 0, skipped: 0, learningRateFactor: 1 },
} as const;

function factsOf(run: RunPaths) {
  const found = readRun(run.root, Date.now());
  if (found === undefined) throw new Error('no run');
  return readFacts(found, createConfigReader());
}

test('facts of a run', () => {
  const run = trainedRun(29);
  changeNotes(run, { addTags: ['a'], note: 'text', group: 'g', pinned: true });
  expect(factsOf(run)).toEqual({
    run: run.root,
    facts: expect.objectContaining({
      name: 'run',
      state: 'stopped',
      stage: 'pretraining',
      progress: 0.5,
      tags: ['a'],
      group: 'g',
      note: 'text',
      pinned: true,
      archived: false,
      engine: 'cpu',
      device: 'Zen',
      commit: '0123456789',
      version: '1.2',
      created: expect.any(Number),
      trained: expect.any(Number),
    }),
    metrics: { psnr: 29 },
    results: [],
    config: expect.any(Array),
    stages: ['pretraining'],
  });
});

test('metrics of the newest checkpoint, the last of the status, and the best of all validations', () => {
  const run = trainedRun('Infinity');
  const checkpoint = (step: number, metrics: Record<string, number>) =>
    writeCheckpoint(run, [], {
      ...state,
      step,
      metrics,
      best: { psnr: 31, ssim: 0.9, step: 10 },
      progress: {
        psnr_y: { best: 33, step: 20, since: 1 },
        // A validation at the end of the stage may not be due.
        ssim_y: { best: 0.7, step: 20, since: 0 },
        'set5/lpips': { best: 0.3, step: 20, since: 0 },
      },
    });
  checkpoint(20, { psnr: 28, psnr_y: 29 });
  checkpoint(40, { psnr: 31, psnr_y: 32, ssim_y: 0.8, 'set5/lpips': 0.2, bicubic_psnr: 27 });
  expect(factsOf(run).metrics).toEqual({
    psnr: 'Infinity',
    psnr_y: 32,
    ssim_y: 0.8,
    'set5/lpips': 0.2,
    bicubic_psnr: 27,
    'best.psnr': 31,
    'best.ssim': 0.9,
    'best.psnr_y': 33,
    'best.ssim_y': 0.8,
    'best.set5/lpips': 0.2,
  });
});

test('saved evaluations: of each test set and protocol that of the model which was measured last', () => {
  const run = trainedRun(29);
  const save = (weights: string, time: string, rest: Partial<EvaluationFile>) =>
    saveEvaluation(run, {
      ...{ format: 1, model: 'run', weights, checkpoints: ['pretraining-00000050'], alpha: undefined },
      ...{ data: 'set5', dataSha256: 'd'.repeat(64), protocol: 'paper-y', net: undefined },
      ...{ toolVersion: '1', time, images: [] },
      ...rest,
    });
  save('b'.repeat(64), '2030-01-02T00:00:00.000Z', { psnr: 30, ssim: 0.8 });
  save('a'.repeat(64), '2030-01-01T00:00:00.000Z', { psnr: 31, ssim: 0.9 });
  save('c'.repeat(64), '2030-01-03T00:00:00.000Z', {
    psnr: 32,
    checkpoints: ['pretraining-00000050', 'training-00000050'],
    alpha: 0.5,
  });
  save('e'.repeat(64), '2030-01-03T00:00:00.000Z', { psnr: 25, checkpoints: undefined });
  save('b'.repeat(64), '2030-01-02T00:00:00.000Z', { protocol: 'rgb', psnr: null });
  const shared = { testSet: 'set5', sha256: 'd'.repeat(64) };
  expect(factsOf(run).results).toEqual([
    { ...shared, protocol: 'paper-y', metric: 'psnr', value: 30 },
    { ...shared, protocol: 'paper-y', metric: 'ssim', value: 0.8 },
    { ...shared, protocol: 'rgb', metric: 'psnr', value: 'Infinity' },
  ]);
});

test('a folder of another trainer has a name and notes', () => {
  const root = join(temporaryFolder(), 'theirs');
  mkdirSync(root);
  writeFileSync(join(root, 'events.out.tfevents.1700000000.host'), '');
  const found = readRun(root, Date.now());
  expect(found && readFacts(found, createConfigReader())).toMatchObject({
    facts: { name: 'theirs', state: 'external', created: null, tags: [] },
    metrics: {},
    config: undefined,
  });
});
