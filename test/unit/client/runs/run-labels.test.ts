import { describe, expect, test } from 'vitest';
import {
  colorId,
  describeFailure,
  describeFinished,
  describeLiveRun,
  describeRun,
  runTooltip,
  spokenRun,
} from '../../../../client/runs/run-labels.ts';
import type { RunSummary } from '../../../../server/protocol/runs.ts';
import { noNotes } from '../../../../trainer/run-state/notes.ts';
import { aRun } from './runs.ts';

describe('the description of a run in a list', () => {
  test.each<[Partial<RunSummary>, string]>([
    [{}, '61 % · training · 1 h 12 min · PSNR 25.40 · loss 0.01234'],
    [{ etaSeconds: null, score: null, loss: null }, '61 % · training'],
    [{ step: 143_999 }, '99 % · training · 1 h 12 min · PSNR 25.40 · loss 0.01234'],
    [
      { score: { metric: 'lpips', value: 0.12345 } },
      '61 % · training · 1 h 12 min · LPIPS 0.1235 · loss 0.01234',
    ],
    [{ steps: 0 }, 'training · 1 h 12 min · PSNR 25.40 · loss 0.01234'],
    [
      { stage: 'pretraining', next: 'training', score: null, loss: null },
      '61 % · pretraining → training · 1 h 12 min of this stage',
    ],
    [{ state: 'starting', step: null }, 'starting · training'],
    [{ state: 'paused' }, 'paused · 61 % · training · PSNR 25.40'],
    [{ state: 'finished' }, 'finished · training · PSNR 25.40'],
    [{ state: 'stopped', score: null }, 'stopped at step 88,210 · training'],
    [
      { state: 'failed', reason: 'not finite (perceptual)' },
      'failed at step 88,210 · not finite (perceptual)',
    ],
    [{ state: 'lost', reason: 'killed', step: null }, 'crashed · killed'],
    [{ state: 'queued', queuePosition: 0 }, '#1 in queue'],
    [{ state: 'queued', queuePosition: null, reason: 'on gpu: Resources' }, 'queued on gpu: Resources'],
    [{ state: 'unknown', kind: 'external' }, 'external (TensorBoard logs)'],
    [{ state: 'unknown' }, 'never started'],
    [
      { state: 'stopped', notes: { ...noNotes, pinned: true } },
      'pinned · stopped at step 88,210 · training · PSNR 25.40',
    ],
  ])('%j', (given, expected) => expect(describeRun(aRun(given))).toBe(expected));
});

describe('a live run in the status bar', () => {
  test.each<[Partial<RunSummary>, string]>([
    [{}, 'photos · epoch 121/8,000 · 4.1 it/s · 1 h 12 min left'],
    [{ next: 'training' }, 'photos · epoch 121/8,000 · 4.1 it/s · 1 h 12 min of this stage'],
    [{ epoch: 8000 }, 'photos · epoch 8,000/8,000 · 4.1 it/s · 1 h 12 min left'],
    [{ epochs: null, rate: 0, etaSeconds: null }, 'photos · training'],
    [{ state: 'paused' }, 'photos · paused · epoch 121/8,000'],
    [{ state: 'starting', epoch: null }, 'photos · starting'],
  ])('%j', (given, expected) => expect(describeLiveRun(aRun(given))).toBe(expected));
});

describe('a failed run in the status bar', () => {
  test.each<[Partial<RunSummary>, string]>([
    [{ state: 'lost' }, 'photos · crashed at step 88,210'],
    [{ state: 'failed', step: null, reason: 'no such file' }, 'photos · failed'],
  ])('%j', (given, expected) => expect(describeFailure(aRun(given))).toBe(expected));
});

describe('a finished run in the status bar', () => {
  test.each<[Partial<RunSummary>, string]>([
    [{ state: 'finished' }, 'photos · training finished · PSNR 25.40'],
    [{ state: 'finished', stage: null, score: null }, 'photos · finished'],
  ])('%j', (given, expected) => expect(describeFinished(aRun(given))).toBe(expected));
});

test('screen readers get words for signs', () =>
  expect(spokenRun(aRun())).toBe('Run photos, 61 percent, training, 1 h 12 min, PSNR 25.40, loss 0.01234'));

test('names and reasons are escaped', () =>
  expect(runTooltip(aRun({ name: '[x](command:y) *z*', reason: '<img>' }))).toMatch(
    /^\*\*\\\[x\\\]\\\(command:y\\\) \\\*z\\\*\*\*\n\nState: running: \\<img\\>/,
  ));

test('a state has the word of the run panel', () =>
  expect(runTooltip(aRun({ state: 'lost', reason: 'killed' }))).toContain('State: crashed: killed'));

test('colors repeat after the palette', () =>
  expect([0, 7, 8].map(colorId)).toEqual(['esrgan.run0', 'esrgan.run7', 'esrgan.run0']));
