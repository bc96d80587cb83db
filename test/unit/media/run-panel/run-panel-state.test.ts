import { describe, expect, test } from 'vitest';
import { initialRunPanelState, restoreRunPanelState } from '../../../../media/run-panel/run-panel-state.ts';
import { sampleAt, sampleSteps } from '../../../../media/run-panel/sample-steps.ts';

describe('restores the valid parts of a saved state', () => {
  test.each([
    { saved: undefined, changed: {} },
    { saved: 'text', changed: {} },
    { saved: { run: '/runs/a', smoothing: 0.9, yIsLog: true }, changed: { smoothing: 0.9, yIsLog: true } },
    { saved: { smoothing: 1, xAxis: 'epoch', range: { min: 5, max: 5 }, wipe: 2 }, changed: {} },
    {
      saved: { range: { min: 1, max: 5 }, xAxis: 'wall' },
      changed: { range: { min: 1, max: 5 }, xAxis: 'wall' },
    },
    { saved: { wipeKinds: ['lr', 'other'], hiddenTags: ['a', 1] }, changed: {} },
    {
      saved: { wipeKinds: ['lr', 'hr'], hiddenTags: ['a'] },
      changed: { wipeKinds: ['lr', 'hr'], hiddenTags: ['a'] },
    },
    { saved: { imageView: { zoom: 0, x: 1, y: 1 }, sampleStep: '5' }, changed: {} },
    {
      saved: { imageView: { zoom: 2, x: 1, y: 1 }, sampleStep: 5 },
      changed: { imageView: { zoom: 2, x: 1, y: 1 }, sampleStep: 5 },
    },
  ])('$saved', ({ saved, changed }) => {
    expect(restoreRunPanelState(saved)).toEqual({ ...initialRunPanelState, ...changed });
  });

  test('the initial state can be saved and restored', () => {
    expect(restoreRunPanelState(JSON.parse(JSON.stringify(initialRunPanelState)))).toEqual(
      initialRunPanelState,
    );
  });
});

describe('samples', () => {
  const stage = (name: 'pretraining' | 'training', ...steps: number[]) => ({
    stage: name,
    images: [],
    steps: steps.map((step) => ({ step, sr: {} })),
  });
  const steps = sampleSteps([stage('training', 0, 500), stage('pretraining', 500, 1000)], 1200);

  test('are sorted by global step', () => {
    expect(steps.map(({ stage, step, at }) => [stage, step, at])).toEqual([
      ['pretraining', 500, 500],
      ['pretraining', 1000, 1000],
      ['training', 0, 1200],
      ['training', 500, 1700],
    ]);
  });

  test.each([
    [null, 3],
    [0, 0],
    [500, 0],
    [999, 0],
    [1000, 1],
    [1650, 2],
    [9999, 3],
  ])('at step %s: sample %d', (at, index) => {
    expect(sampleAt(steps, at)).toBe(index);
  });

  test('no samples', () => {
    expect(sampleAt([], null)).toBe(-1);
  });
});
