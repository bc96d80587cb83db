import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { planOf } from '../../../../server/experiments/plan.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
import type { StageChoice } from '../../../../trainer/run-state/run-state.ts';
import { createManifest, recordStart, recordStop } from '../../../../trainer/runs/manifest.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { temporaryRun } from '../../trainer/runs/temporary-run.ts';

/** Trains a stage with a run file; `reason` is how it ended. */
function train(run: RunPaths, stage: 'pretraining' | 'training', text: string, reason = 'finished'): void {
  writeFileSync(run.config, text);
  writeFileSync(run.stageConfigs[stage], text);
  recordStart(run, { stage, step: 0, toolVersion: '1', engine: 'cpu', device: '' });
  recordStop(run, { stage, step: 1, reason });
}

function plan(run: RunPaths, stage: StageChoice, text: string) {
  const { config } = readRunFile(text, { file: run.config });
  if (config === undefined) throw new Error('the run file has errors');
  return planOf({ run, stage, config, file: null });
}

const before = 'pretraining: { lr: 1e-3 }';

function pretrained(reason?: string): RunPaths {
  const run = temporaryRun();
  createManifest(run, { seed: 1, configHash: '', data: {}, ancestry: [] });
  train(run, 'pretraining', before, reason);
  return run;
}

test('a stage that was never trained is new, and has no changes', () => {
  expect(plan(temporaryRun(), 'all', before)).toMatchObject({ progress: 'new', changes: [] });
  expect(plan(pretrained(), 'training', 'pretraining: { lr: 2e-3 }')).toMatchObject({
    stage: 'training',
    progress: 'new',
    changes: [],
  });
});

test.each<[string, string, changes: string[], canResume: boolean]>([
  ['the same file', before, [], true],
  ['another rate', 'pretraining: { lr: 5e-4 }', ['pretraining.lr: 0.001 → 0.0005'], true],
  ['a key more', `${before}\nseed: 7`, ['seed: 0 → 7'], true],
  [
    'keys of the other stage',
    `${before}\ntraining: { g_lr: 1 }\ndiscriminator: { fc_features: [5] }`,
    [],
    true,
  ],
  ['keys without effect', `${before}\nworkers: 1\ncheckpoints: { every_steps: 7 }\nname: other`, [], true],
  [
    'another network, whose tensors have other shapes',
    `${before}\ngenerator: { num_basic_blocks: 2 }`,
    ['generator.num_basic_blocks: 23 → 2'],
    false,
  ],
  [
    'another schedule',
    'pretraining: { lr: 1e-3, schedule: { warmup_steps: 9 } }',
    [
      'pretraining.schedule.gamma: not set → 0.5',
      'pretraining.schedule.step_size: not set → 200000',
      'pretraining.schedule.type: not set → step',
      'pretraining.schedule.warmup_steps: not set → 9',
    ],
    true,
  ],
  [
    'another optimizer, which has other tensors',
    'pretraining: { lr: 1e-3, optimizer: { type: nadam } }',
    ['pretraining.optimizer.type: adam → nadam'],
    false,
  ],
])('what resuming with %s changes', (_, text, changes, canResume) => {
  const found = plan(pretrained('stopped'), 'pretraining', text);
  expect(found.progress).toBe('started');
  expect([found.changes.map((change) => change.text), found.canResume]).toEqual([changes, canResume]);
});

test('each stage is compared with what it was trained with', () => {
  const run = pretrained();
  const later = 'pretraining: { lr: 5e-4 }\ntraining: { g_lr: 2e-4 }';
  train(run, 'training', later);
  const keys = (stage: StageChoice, text: string) => plan(run, stage, text).changes.map(({ key }) => key);
  expect(keys('pretraining', later)).toEqual(['pretraining.lr']);
  expect(keys('training', later)).toEqual([]);
  expect(keys('training', before)).toEqual(['training.g_lr']);
});

test('knows whether the training starts from the pretraining, and where its weights are', () => {
  const run = pretrained();
  expect(plan(run, 'training', before)).toMatchObject({ startsFromPretraining: true, pretrained: null });
  expect(plan(run, 'training', 'training: { init: a.pth }').startsFromPretraining).toBe(false);
});
