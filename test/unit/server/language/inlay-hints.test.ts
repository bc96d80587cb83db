import { describe, expect, test } from 'vitest';
import { type HintSources, inlayHints } from '../../../../server/language/inlay-hints.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { asOnUnix } from '../../../unix.ts';
import { runDocument } from './marked.ts';

const counts = new Map([
  ['/p/data/DIV2K_train_HR', 800],
  ['/p/data/BSR/BSDS500/data/images/train', 200],
]);
const nothingMeasured: HintSources = {
  countImages: (pattern) => counts.get(asOnUnix(pattern)),
  machine: { engine: 'cuda', runs: [] },
};

/** The text with each hint in `«»` at its place. */
function shown(text: string, sources = nothingMeasured): string {
  const document = runDocument(text);
  const all = { start: document.positionAt(0), end: document.positionAt(text.length) };
  let result = text;
  for (const { position, label } of inlayHints(document, all, sources).reverse()) {
    const at = document.offsetAt(position);
    expect(label).toMatch(/^· /);
    result = `${result.slice(0, at)}«${label.slice(2)}»${result.slice(at)}`;
  }
  return result;
}

describe('hints', () => {
  test.each<[string]>([
    [''],
    ['seed: 1\n'],
    ['batch_size: 16«50 steps per epoch (800 images)» # comment\n'],
    ['batch_size: 800«1 step per epoch (800 images)»\n'],
    ['batch_size: 1000\n'],
    ['batch_size: 8«50 steps per epoch (800 images)»\naccumulate: 2«16 patches per step»\n'],
    [
      'batch_size: 16«62 steps per epoch (1,000 images), then 50 steps per epoch (800 images)»\npretraining:\n  train_datasets: [div2k, bsds500]\n',
    ],
    ['data_dir: elsewhere\nbatch_size: 16\npretraining: { num_epoch: 10, sched_step: 3 }\n'],
    ['scale_factor: 2\npretraining: { cr_patch_size: [192, 128]«LR 96×64» }\n'],
    ['training:\n  cr_patch_size: [64, 64]«LR 16×16» # c\n'],
    ['pretraining:\n  num_epoch: 8000«400,000 steps»\n  sched_step: 175000«epoch 3,500»\n'],
    ['pretraining:\n  num_epoch: 8000«not reached: ends in epoch 20»\n  num_step: 1000«epoch 20»\n'],
    ['pretraining:\n  num_epoch: 10«500 steps»\n  num_step: 1000«not reached: ends at step 500»\n'],
    ['pretraining:\n  num_epoch: 20«1,000 steps»\n  num_step: 1000«epoch 20»\n'],
    ['training:\n  g_sched_steps: [50, 51, 100000]«epochs 1, 2, 2,000»\n  d_sched_steps: []\n'],
    ['training:\n  g_sched_steps: [50]«epoch 1»\n'],
    [
      'pretraining:\n  num_epoch: 8000«400,000 steps»\n  schedule: { warmup_steps: 500«epoch 10», step_size: 100000«epoch 2,000» }«2.5e-5 at the end»\n',
    ],
    [
      'training:\n  num_step: 100«epoch 2»\n  g_schedule:«1e-6 at the end»\n    type: cosine\n    periods: [99]\n    eta_min: 1.0e-6\n  d_schedule: { milestones: [50, 60]«epochs 1, 2» }«2.5e-5 at the end»\n',
    ],
    ['generator:«16.7M parameters · ≈ 6.2 GB in pretraining» # c\n  num_basic_blocks: 23\n'],
    [
      'generator: { rrdb_channels: 8, growth_channels: 4, num_basic_blocks: 1 }«14.1k parameters · ≈ 420 MB in pretraining»\n',
    ],
    ['generator:«426k parameters · ≈ 710 MB in pretraining»\n  type: span\n'],
    ['perceptual_loss:«20M frozen parameters»\n  criterion: l1\n'],
    ['perceptual_loss: false\n'],
    ['{ "batch_size": 16«50 steps per epoch (800 images)» }'],
    // Mistakes elsewhere take nothing away, and a wrong value counts as its default.
    [
      'batch_size: 16«50 steps per epoch (800 images)»\nsead: 1\nscale_factor: 5\npretraining:\n  cr_patch_size: [64, 64]«LR 16×16»\n  lr: much\n',
    ],
    [
      'batch_size: 16«50 steps per epoch (800 images)»\nb: [\npretraining:\n  cr_patch_size: [64, 64]«LR 16×16»\n',
    ],
    ['generator: 5«16.7M parameters · ≈ 6.2 GB in pretraining»\n'],
  ])('%j', (expected) => {
    expect(shown(expected.replaceAll(/«[^»]*»/g, ''))).toBe(expected);
  });

  test('are limited to the range', () => {
    const document = runDocument('batch_size: 16\npretraining:\n  num_epoch: 8000\n');
    const range = { start: { line: 1, character: 0 }, end: { line: 2, character: 99 } };
    expect(inlayHints(document, range, nothingMeasured).map(({ label }) => label)).toEqual([
      '· 400,000 steps',
    ]);
  });

  test('include the estimated time and its basis', () => {
    const cpu = { ...nothingMeasured, machine: { engine: 'cpu', runs: [] } };
    const text =
      'batch_size: 4\npretraining:\n  num_step: 3000\ngenerator: { rrdb_channels: 24, growth_channels: 12, num_basic_blocks: 2 }\n';
    expect(shown(text, cpu)).toContain('pretraining:«about 0.1 s/step · 8 min in total»\n');
    const { config } = readRunFile(text, { file: '/p/run.esrgan.yaml' });
    const run = {
      name: 'a',
      stage: 'pretraining',
      engine: 'cpu',
      stepsPerSecond: 10,
      memoryBytes: null,
    } as const;
    const measured = { ...cpu, machine: { engine: 'cpu', runs: config ? [{ ...run, config }] : [] } };
    expect(shown(text, measured)).toContain('pretraining:«0.1 s/step · 5.6 min in total»\n');
    const document = runDocument(text);
    const all = { start: document.positionAt(0), end: document.positionAt(text.length) };
    const tooltips = inlayHints(document, all, cpu).map(({ tooltip }) => tooltip);
    expect(tooltips).toContainEqual(expect.stringContaining('Computed for two server CPU cores'));
  });
});
