import { describe, expect, test } from 'vitest';
import type { TrainedStages } from '../../../../server/experiments/trained-stages.ts';
import { codeLenses } from '../../../../server/language/code-lenses.ts';
import { lenientConfig } from '../../../../server/language/lenient-config.ts';
import type { RunSummary } from '../../../../server/protocol/runs.ts';
import { noNotes } from '../../../../trainer/run-state/notes.ts';
import { stages } from '../../../../trainer/run-state/run-state.ts';
import { runDocument } from './marked.ts';

const run = (more: Partial<RunSummary>): RunSummary => ({
  run: '/p/runs/run',
  name: 'run',
  runsDir: '/p/runs',
  kind: 'esrgan',
  state: 'running',
  reason: null,
  stage: 'pretraining',
  next: null,
  epoch: 121,
  epochs: 8000,
  step: 6050,
  steps: 400_000,
  rate: 4.13,
  etaSeconds: 7500,
  loss: 0.1,
  score: { metric: 'psnr', value: 25.571 },
  queuePosition: null,
  color: 0,
  notes: noNotes,
  hints: [],
  created: 0,
  updated: 0,
  ...more,
});
const other = run({ run: '/p/runs/other', name: 'other', state: 'finished' });

/** `line: title (command)`, the lenses of a line beside each other, without the one for patches. */
function shown(text: string, runs: readonly RunSummary[], trained: TrainedStages = {}): string[] {
  const byLine = new Map<number, string[]>();
  for (const { range, command } of codeLenses(runDocument(text), runs, { trained: () => trained })) {
    expect(range.end.line).toBe(range.start.line);
    if (command?.command === 'esrgan.showTrainingPatches') continue;
    const title = (command?.title ?? '').replaceAll(/\$\([^)]*\) /g, '');
    const name = command?.command ? ` (${command.command.replace('esrgan.', '')})` : '';
    byLine.set(range.start.line, [...(byLine.get(range.start.line) ?? []), title + name]);
  }
  return [...byLine].map(([line, lenses]) => `${line}: ${lenses.join(' | ')}`);
}

test('the patches of each stage, in every state', () => {
  for (const runs of [[], [run({})], [run({ kind: 'external' })]]) {
    const lenses = codeLenses(runDocument('pretraining: {}\ntraining: {}'), runs);
    const found = lenses.filter(({ command }) => command?.command === 'esrgan.showTrainingPatches');
    expect(found.map(({ range, command }) => [range.start.line, command?.title, command?.arguments])).toEqual(
      stages.map((stage, line) => [
        line,
        'Show Training Patches',
        [expect.objectContaining({ file: expect.any(String), stage })],
      ]),
    );
  }
});

describe('places', () => {
  test.each<[string, string, string[]]>([
    [
      'above the keys of the stages',
      'seed: 1\npretraining:\n  lr: 1e-3\ntraining: {}\n',
      [
        '1: Start Pretraining (startPretraining) | Start Both Stages (startBothStages)',
        '3: needs the pretraining first',
      ],
    ],
    [
      'above the first line if a key is missing',
      'training: {}\n',
      [
        '0: Start Pretraining (startPretraining) | Start Both Stages (startBothStages) | needs the pretraining first',
      ],
    ],
    [
      'of the pretraining only, if the file has nothing else',
      'seed: 1\npretraining:\n  lr: 1e-3\n',
      ['1: Start Pretraining (startPretraining)'],
    ],
    [
      'of both stages, if the file has neither',
      'seed: 1\n',
      [
        '0: Start Pretraining (startPretraining) | Start Both Stages (startBothStages) | needs the pretraining first',
      ],
    ],
    [
      'in JSON',
      '{\n"pretraining": {},\n"training": {}}',
      [
        '1: Start Pretraining (startPretraining) | Start Both Stages (startBothStages)',
        '2: needs the pretraining first',
      ],
    ],
    [
      'for training that starts from other weights',
      'pretraining: {}\ntraining: { init: a.pth }\n',
      ['0: Start Pretraining (startPretraining)', '1: Start Training (startTraining)'],
    ],
    [
      'in a text with errors',
      'sead: 1\npretraining: [\ntraining:\n',
      [
        '1: Start Pretraining (startPretraining) | Start Both Stages (startBothStages)',
        '2: needs the pretraining first',
      ],
    ],
  ])('%s', (_, text, expected) => expect(shown(text, [])).toEqual(expected));
});

test('a new stage can start on a cluster if there are profiles', () => {
  const lenses = codeLenses(runDocument('training: {}'), [], { hasClusters: true });
  expect(lenses.flatMap(({ command }) => command?.command || [])).toEqual([
    'esrgan.startPretraining',
    'esrgan.startBothStages',
    'esrgan.startOn',
    'esrgan.showTrainingPatches',
    'esrgan.showTrainingPatches',
  ]);
});

describe('the run', () => {
  test.each<[string, string, string, boolean]>([
    ['of the file', 'training: {}', '/p/runs/run', true],
    ['with the name in the file', 'name: b\ntraining: {}', '/p/runs/b', true],
    ['not a run with the same name in another folder', 'name: b\ntraining: {}', '/q/runs/b', false],
    ['in its `runs_dir`', 'name: b\nruns_dir: ../q/runs\ntraining: {}', '/q/runs/b', true],
  ])('%s', (_, text, directory, isIts) => {
    const found = shown(text, [run({ run: directory, state: 'finished', stage: 'training' })]).join();
    expect(found.includes('(openRun)')).toBe(isIts);
  });

  test('the commands have the file, the stage and the run as arguments', () => {
    const [lens] = codeLenses(runDocument('pretraining: {}\ntraining: {}'), [run({ stage: 'pretraining' })]);
    expect(lens?.command?.arguments).toEqual([
      { file: '/p/run.esrgan.yaml', stage: 'pretraining', run: '/p/runs/run' },
    ]);
    const [fresh] = codeLenses(runDocument('pretraining: {}\ntraining: {}'), []);
    expect(fresh?.command?.arguments).toEqual([{ file: '/p/run.esrgan.yaml', stage: 'pretraining' }]);
  });
});

describe('the state of the run', () => {
  const pretraining = (more: Partial<RunSummary>, stage = '{}') =>
    shown(`pretraining: ${stage}\ntraining: {}`, [run(more), other])[0];
  const training = (more: Partial<RunSummary>) =>
    shown('pretraining: {}\ntraining: {}', [run(more), other])[1];
  const rest = 'Open (openRun) | Compare (compareRuns)';
  test.each<[string, Partial<RunSummary>, string]>([
    [
      'runs',
      { epoch: 120 },
      'epoch 121/8,000 · 4.1 it/s · 2 h 5 min left (openRun) | Pause (pauseRun) | Stop (stopRun)',
    ],
    [
      'runs without known progress',
      { epoch: null, step: 7, rate: null, etaSeconds: null },
      'step 7 (openRun) | Pause (pauseRun) | Stop (stopRun)',
    ],
    [
      'runs slowly',
      { epoch: 8000, rate: 0.08, etaSeconds: 40 },
      'epoch 8,000/8,000 · 13 s/it · 40 s left (openRun) | Pause (pauseRun) | Stop (stopRun)',
    ],
    ['starts', { state: 'starting', stage: null }, 'starting | Stop (stopRun)'],
    [
      'is paused',
      { state: 'paused', epoch: 120 },
      'paused at epoch 121 | Resume (resumeRun) | Stop (stopRun)',
    ],
    [
      'is queued',
      { state: 'queued', queuePosition: 1 },
      'queued, position 2 | Remove From Queue (removeFromQueue)',
    ],
    [
      'is queued on a cluster',
      { state: 'queued', queuePosition: null, reason: 'on gpu: Resources' },
      'queued on gpu: Resources | Remove From Queue (removeFromQueue)',
    ],
    ['was stopped', { state: 'stopped', epoch: 120 }, 'Resume (epoch 121) (resumeRun)'],
    [
      'failed',
      { state: 'failed', epoch: 120, reason: 'not finite\n(perceptual)' },
      'failed at epoch 121: not finite (perceptual) (openRun) | Resume (resumeRun)',
    ],
    ['crashed', { state: 'lost', epoch: null }, 'crashed at step 6,050 (openRun) | Resume (resumeRun)'],
    [
      'finished',
      { state: 'finished', epoch: 10_000, epochs: 10_000 },
      'finished · PSNR 25.57 dB (openRun) | Run Again… (runAgain)',
    ],
    ['is unknown', { state: 'unknown' }, 'Resume (resumeRun)'],
  ])('%s', (_, more, expected) => expect(pretraining(more)).toBe(`0: ${expected} | ${rest}`));

  test.each<[string, Partial<RunSummary>, string]>([
    ['can start after pretraining', { state: 'finished' }, 'Start Training (startTraining)'],
    [
      'can start after stopped pretraining',
      { state: 'stopped' },
      'Start Training (startTraining) | Resume Both Stages (startBothStages)',
    ],
    ['needs running pretraining', {}, 'needs the pretraining first'],
    ['is queued behind running pretraining', { next: 'training' }, 'queued: starts after the pretraining'],
    ['is queued with it', { state: 'queued', next: 'training' }, 'queued: starts after the pretraining'],
    [
      'waits for stopped pretraining',
      { state: 'stopped', next: 'training' },
      'waits: the pretraining was stopped | Start Training (startTraining)',
    ],
    [
      'waits for failed pretraining',
      { state: 'failed', next: 'training' },
      'waits: the pretraining failed | Start Training (startTraining)',
    ],
    [
      'waits for crashed pretraining',
      { state: 'lost', next: 'training' },
      'waits: the pretraining crashed | Start Training (startTraining)',
    ],
    [
      'runs',
      { stage: 'training', epoch: 120 },
      'epoch 121/8,000 · 4.1 it/s · 2 h 5 min left (openRun) | Pause (pauseRun) | Stop (stopRun)',
    ],
  ])('training %s', (_, more, expected) => expect(training(more)).toBe(`1: ${expected} | ${rest}`));

  test.each<[string, string, boolean]>([
    ['with the default length', '{}', true],
    ['with the same length', '{ num_epoch: 8000 }', false],
    ['for more epochs', '{ num_epoch: 9000 }', true],
    ['for more epochs but no more steps', '{ num_epoch: 9000, num_step: 400000 }', false],
    ['for more epochs and steps', '{ num_epoch: 9000, num_step: 450000 }', true],
  ])('a finished stage can be resumed if the file trains %s: %s', (_, stage, isOffered) =>
    expect(pretraining({ state: 'finished', epoch: 8000 }, stage)).toBe(
      `0: finished · PSNR 25.57 dB (openRun) | Run Again… (runAgain) | ${isOffered ? 'Resume (epoch 8,000) (resumeRun) | ' : ''}${rest}`,
    ),
  );

  test('pretraining has no actions while training runs', () =>
    expect(pretraining({ stage: 'training' })).toBe(`0: ${rest}`));
  test('external runs can only be opened and compared', () =>
    expect(pretraining({ kind: 'external', stage: null })).toBe(`0: ${rest}`));
  test('a single run cannot be compared', () => {
    expect(shown('pretraining: {}\ntraining: {}', [run({ state: 'finished' })])[1]).toBe(
      '1: Start Training (startTraining) | Open (openRun)',
    );
  });
});

describe('a stage that was trained before', () => {
  const before = 'pretraining: { lr: 1e-3 }\ntraining: { g_lr: 1e-4 }';
  const stage = (text: string, psnr: number) => ({
    isFinished: true,
    score: { metric: 'psnr', value: psnr } as const,
    config: lenientConfig(runDocument(text)),
  });
  const done = run({ state: 'finished', stage: 'training', score: { metric: 'psnr', value: 24.5 } });
  const rest = 'Run Again… (runAgain) | Open (openRun)';
  const pretrained = 'finished · PSNR 25.60 dB (openRun)';
  const trained = 'finished · PSNR 24.50 dB (openRun)';
  const changed = (keys: string, psnr: string) =>
    `changed since this run: ${keys} | finished before the change · PSNR ${psnr} dB (openRun)`;
  test.each<[string, string, string, string]>([
    ['has its result, like the other stage', before, pretrained, trained],
    [
      'is marked where it was changed, and so is the stage after it',
      before.replace('1e-3', '5e-4'),
      changed('pretraining.lr', '25.60'),
      changed('pretraining.lr', '24.50'),
    ],
    [
      'is not marked for changes of a later stage',
      before.replace('1e-4', '2e-4'),
      pretrained,
      changed('training.g_lr', '24.50'),
    ],
    ['is not marked for changes without effect', `workers: 1\n${before}`, pretrained, trained],
    [
      'names a changed type without the keys of both types',
      `generator: { type: span }\n${before}`,
      changed('generator.type', '25.60'),
      changed('generator.type', '24.50'),
    ],
    [
      'lists a few of many changes',
      `seed: 7\nbatch_size: 3\nema: { decay: 0.9 }\ncontent_loss: { loss_f: l2 }\n${before}`,
      changed('batch_size, ema.decay, pretraining.losses, …', '25.60'),
      changed('batch_size, ema.decay, seed, …', '24.50'),
    ],
  ])('%s', (_, text, first, second) => {
    const stages = { pretraining: stage(before, 25.6), training: stage(before, 24.5) };
    const lenses = shown(text, [done], stages).map((line) => line.replace(/^\d+: /, ''));
    expect(lenses).toEqual([`${first} | ${rest}`, `${second} | ${rest}`]);
  });

  test('that stopped early can be resumed if the file changes why', () => {
    const early = before.replace('g_lr: 1e-4', 'g_lr: 1e-4, early_stopping: {}');
    const stopped = run({
      state: 'finished',
      stage: 'training',
      score: { metric: 'psnr', value: 24.5 },
      epoch: 3000,
      epochs: 10_000,
    });
    const of = (text: string) =>
      shown(text, [{ ...stopped, step: 150_000 }], { training: stage(early, 24.5) })[1];
    expect(of(early)).toBe(`1: ${trained} | ${rest}`);
    expect(of(early.replace('{} }', '{ patience: 20 } }'))).toBe(
      `1: ${changed('training.early_stopping.patience', '24.50')} | Run Again… (runAgain) | Resume (epoch 3,001) (resumeRun) | Open (openRun)`,
    );
  });

  test('says before the queued stage starts that the file was changed', () => {
    const started = { pretraining: { ...stage(before, 25), isFinished: false } };
    const of = (text: string) => shown(text, [run({ next: 'training' })], started)[1];
    expect(of(before)).toBe('1: queued: starts after the pretraining | Open (openRun)');
    expect(of(before.replace('1e-4', '2e-4'))).toBe(
      '1: queued: starts after the pretraining | changed since its start: training.g_lr | Open (openRun)',
    );
  });

  test('says while it runs that the file was changed', () => {
    const [line] = shown(before.replace('1e-3', '5e-4'), [run({ state: 'stopped', epoch: 120 })], {
      pretraining: { ...stage(before, 25), isFinished: false },
    });
    expect(line).toBe(
      '0: Resume (epoch 121) (resumeRun) | changed since this run: pretraining.lr | Open (openRun)',
    );
  });
});
