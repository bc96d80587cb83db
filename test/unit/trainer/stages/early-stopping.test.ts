import { expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import type { ValidationProgress } from '../../../../trainer/runs/checkpoints.ts';
import { nextProgress, reasonToStop } from '../../../../trainer/stages/early-stopping.ts';

function reasonAfter(settings: string, values: readonly number[], metric = 'psnr'): string | undefined {
  const text = `pretraining: { ${settings} }`;
  const { config } = readRunFile(text, { file: 'run.esrgan.yaml' });
  if (!config) throw new Error(text);
  let progress: ValidationProgress = {};
  for (const [index, value] of values.entries())
    progress = nextProgress(progress, (index + 1) * 1000, { [metric]: value });
  const step = values.length * 1000;
  return reasonToStop(config, 'pretraining', { step, metrics: { [metric]: values.at(-1)! }, progress });
}

test.each<[string, string, readonly number[], string | undefined]>([
  ['without a setting', '', [20, 19, 18], undefined],
  ['while it improves', 'early_stopping: { patience: 2 }', [20, 21, 20.5], undefined],
  [
    'after as many validations as the patience',
    'early_stopping: { patience: 2 }',
    [20, 21, 20.5, 21],
    'PSNR has not improved in 2 validations since step 2000, with 21.00 dB. To train on, raise `pretraining.early_stopping.patience` (2) or remove `early_stopping`, and resume.',
  ],
  [
    'after more validations, if the patience was lowered',
    'early_stopping: { patience: 1 }',
    [20, 19, 18],
    'PSNR has not improved in 2 validations since step 1000, with 20.00 dB. To train on, raise `pretraining.early_stopping.patience` (1) or remove `early_stopping`, and resume.',
  ],
  [
    'before the minimum of steps',
    'early_stopping: { patience: 1, min_steps: 3001 }',
    [20, 19, 18],
    undefined,
  ],
  ['below the target', 'stop_at: { value: 30 }', [29.99], undefined],
  [
    'at the target',
    'stop_at: { value: 30 }, early_stopping: { patience: 1 }',
    [29, 30],
    'PSNR of step 2000 is 30.00 dB, and `pretraining.stop_at` is 30.00 dB. To train on, raise it or remove it, and resume.',
  ],
  [
    'when all images are equal',
    'stop_at: { value: 100 }',
    [Number.POSITIVE_INFINITY],
    'PSNR of step 1000 is ∞ dB, and `pretraining.stop_at` is 100.00 dB. To train on, raise it or remove it, and resume.',
  ],
])('%s', (_, settings, values, expected) => expect(reasonAfter(settings, values)).toBe(expected));

test('another metric decides', () => {
  expect(reasonAfter('early_stopping: { metric: ssim, patience: 1 }', [0.5, 0.5], 'ssim')).toMatch(
    /^SSIM has not improved in 1 validation since step 1000, with 0\.5000\./,
  );
  expect(reasonAfter('early_stopping: { metric: ssim, patience: 1 }', [20, 20])).toBeUndefined();
  expect(
    reasonAfter('early_stopping: { metric: lpips, patience: 2 }', [0.5, 0.4, 0.3], 'lpips'),
  ).toBeUndefined();
  expect(reasonAfter('early_stopping: { metric: lpips, patience: 1 }', [0.3, 0.4], 'lpips')).toMatch(
    /^LPIPS has not improved in 1 validation since step 1000, with 0\.3000\./,
  );
  expect(reasonAfter('stop_at: { metric: niqe, value: 4 }', [4.001], 'niqe')).toBeUndefined();
  expect(reasonAfter('stop_at: { metric: niqe, value: 4 }', [4], 'niqe')).toBe(
    'NIQE of step 1000 is 4.000, and `pretraining.stop_at` is 4.000. To train on, lower it or remove it, and resume.',
  );
  expect(reasonAfter('stop_at: { metric: psnr_y, value: 20 }', [20], 'psnr_y')).toMatch(/^PSNR of Y of step/);
});

test('a data set decides where the stage validates on several', () => {
  const settings = 'early_stopping: { patience: 1, dataset: faces }, val_datasets: [faces, div2k]';
  expect(reasonAfter(settings, [20, 19], 'faces/psnr')).toMatch(
    /^PSNR on faces has not improved in 1 validation since step 1000, with 20\.00 dB\./,
  );
  expect(reasonAfter(settings, [20, 21], 'faces/psnr')).toBeUndefined();
  // Of a single data set, the metrics have no name of it.
  expect(reasonAfter(settings, [20, 19])).toMatch(/^PSNR has not improved/);
  expect(reasonAfter('stop_at: { dataset: a/b, metric: ssim_y, value: 0.9 }', [0.91], 'a/b/ssim_y')).toMatch(
    /^SSIM of Y on a\/b of step 1000 is 0\.9100,/,
  );
});
