import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunDetail } from '../../../../server/experiments/run-detail.ts';
import { readSamples } from '../../../../server/experiments/samples.ts';
import type { RunDetail, RunSummary } from '../../../../server/protocol/runs.ts';
import { noNotes } from '../../../../trainer/run-state/notes.ts';
import type { RunState, Stage } from '../../../../trainer/run-state/run-state.ts';
import { noNonFiniteSteps, writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { enqueue, launchPaths } from '../../../../trainer/runs/launch.ts';
import { createManifest, recordStart, recordStop } from '../../../../trainer/runs/manifest.ts';
import { type RunPaths, samplesFolder } from '../../../../trainer/runs/run-directory.ts';
import { temporaryRun } from '../../trainer/runs/temporary-run.ts';

function detailOf(paths: RunPaths, state: RunState = 'running'): RunDetail {
  const summary: RunSummary = {
    run: paths.root,
    name: paths.name,
    runsDir: '',
    kind: 'esrgan',
    state,
    reason: null,
    stage: 'training',
    next: null,
    epoch: null,
    epochs: null,
    step: null,
    steps: null,
    rate: null,
    etaSeconds: null,
    loss: null,
    score: null,
    queuePosition: null,
    color: 0,
    notes: noNotes,
    hints: [],
    created: null,
    updated: null,
  };
  return readRunDetail(summary, 5);
}

function checkpoint(paths: RunPaths, stage: Stage, step: number, psnr: number | null): void {
  const files = [{ name: 'generator.safetensors', chunks: [new Uint8Array(100)] }];
  const own = {
    epoch: 1,
    batch: 0,
    adamStep: step,
    nonFinite: noNonFiniteSteps,
    seed: 1,
    configHash: '',
    toolVersion: '1',
    engine: 'cpu',
  };
  writeCheckpoint(paths, files, { stage, step, ...own, best: null, metrics: psnr === null ? {} : { psnr } });
}

const startFacts = { toolVersion: '1', engine: 'cpu', device: 'a processor' } as const;

test('an empty run has nothing, and that is no error', () => {
  expect(detailOf(temporaryRun())).toMatchObject({
    memoryBytes: 5,
    sessions: [],
    checkpoints: [],
    samples: [],
    stepsBeforeTraining: 0,
    logTail: [],
    files: { config: null, log: null },
  });
});

test('checkpoints of both stages, with the best and the last of each', () => {
  const paths = temporaryRun();
  checkpoint(paths, 'training', 5, null);
  checkpoint(paths, 'pretraining', 10, 25.5);
  checkpoint(paths, 'pretraining', 20, 25.1);
  mkdirSync(join(paths.checkpoints, 'pretraining-00000030'));
  const { checkpoints } = detailOf(paths);
  expect(
    checkpoints.map(({ stage, step, best, last, metrics }) => ({ stage, step, best, last, metrics })),
  ).toEqual([
    { stage: 'pretraining', step: 10, best: true, last: false, metrics: { psnr: 25.5 } },
    { stage: 'pretraining', step: 20, best: false, last: true, metrics: { psnr: 25.1 } },
    { stage: 'training', step: 5, best: false, last: true, metrics: {} },
  ]);
  expect(checkpoints[0]?.bytes).toBeGreaterThan(100);
});

test('sessions, and where the training stage begins among the points', () => {
  const paths = temporaryRun();
  createManifest(paths, { seed: 1, configHash: '', data: {}, ancestry: [] });
  recordStart(paths, { stage: 'pretraining', step: 0, ...startFacts });
  recordStop(paths, { stage: 'pretraining', step: 70, reason: 'finished' });
  createEventWriter(paths.root).close();
  expect(detailOf(paths).stepsBeforeTraining).toBe(0);
  // The training began at the best checkpoint, of step 60, and was resumed at its own step 4.
  recordStart(paths, { stage: 'training', step: 4, ...startFacts });
  createEventWriter(paths.root, 65).close();
  const { sessions, stepsBeforeTraining } = detailOf(paths);
  expect(stepsBeforeTraining).toBe(60);
  expect(sessions).toMatchObject([
    { stage: 'pretraining', step: 0, device: 'a processor', stopped: { step: 70, reason: 'finished' } },
    { stage: 'training', step: 4, stopped: null },
  ]);
});

test.each([
  ['train a.yaml --stage all', 'esrgan train a.yaml --stage all'],
  ['train runs/a/launch/run.esrgan.yaml --stage all --source a.yaml', 'esrgan train a.yaml --stage all'],
  ['train runs/a/launch/run.esrgan.yaml --source a.yaml --job slurm:7', 'esrgan train a.yaml --job slurm:7'],
])('the command of a session: %s', (args, shown) => {
  const paths = temporaryRun();
  createManifest(paths, { seed: 1, configHash: '', data: {}, ancestry: [] });
  recordStart(paths, {
    stage: 'pretraining',
    step: 0,
    ...startFacts,
    command: ['node', 'esrgan.js', ...args.split(' ')],
  });
  expect(detailOf(paths).sessions).toMatchObject([{ command: shown }]);
});

test('a run that ended badly also shows what its trainer had printed, each line once', async () => {
  const paths = temporaryRun();
  await enqueue(paths, { stage: 'training', resume: false, order: 1 }, '');
  appendFileSync(paths.log, `${'x'.repeat(70_000)}\n2030 one\n2030 Failed: boom\n`);
  appendFileSync(launchPaths(paths).output, 'Failed: boom\nSegmentation fault\n\n');
  expect(detailOf(paths, 'stopped').logTail).toEqual(['2030 one', '2030 Failed: boom']);
  expect(detailOf(paths, 'lost')).toMatchObject({
    logTail: ['2030 one', '2030 Failed: boom', 'Segmentation fault'],
    memoryBytes: null,
    files: { config: launchPaths(paths).runFile, log: paths.log },
  });
});

test('samples: whole references, steps that have images, in order', () => {
  const paths = temporaryRun();
  const reference = join(paths.samples, 'training', 'reference');
  mkdirSync(reference, { recursive: true });
  for (const name of [
    '02-b.lr',
    '02-b.hr',
    '01-a.lr',
    '01-a.bicubic',
    '01-a.hr',
    '03-c.lr',
    '03-c.bicubic',
  ]) {
    writeFileSync(join(reference, `${name}.png`), '');
  }
  for (const step of [100_000_000, 20, 3]) {
    const folder = samplesFolder(paths, 'training', step);
    mkdirSync(folder);
    if (step !== 3) writeFileSync(join(folder, '01-a.sr.png'), '');
    writeFileSync(join(folder, '.tmp-01-b.sr.png'), '');
  }
  expect(readSamples(paths)).toEqual([
    {
      stage: 'training',
      images: [
        {
          key: '01-a',
          lr: join(reference, '01-a.lr.png'),
          bicubic: join(reference, '01-a.bicubic.png'),
          hr: join(reference, '01-a.hr.png'),
        },
        {
          key: '03-c',
          lr: join(reference, '03-c.lr.png'),
          bicubic: join(reference, '03-c.bicubic.png'),
          hr: null,
        },
      ],
      steps: [20, 100_000_000].map((step) => ({
        step,
        sr: { '01-a': join(samplesFolder(paths, 'training', step), '01-a.sr.png') },
      })),
    },
  ]);
});
