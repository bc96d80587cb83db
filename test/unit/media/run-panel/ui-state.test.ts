import { describe, expect, test } from 'vitest';
import { sampleAt, sampleSteps } from '../../../../media/run-panel/sample-steps.ts';
import { initialUiState, parseUiState } from '../../../../media/run-panel/ui-state.ts';

describe('what a page kept is taken part by part', () => {
  test.each([
    { kept: undefined, changed: {} },
    { kept: 'text', changed: {} },
    { kept: { run: '/runs/a', smoothing: 0.9, yIsLog: true }, changed: { smoothing: 0.9, yIsLog: true } },
    { kept: { smoothing: 1, xAxis: 'epoch', range: { min: 5, max: 5 }, wipe: 2 }, changed: {} },
    {
      kept: { range: { min: 1, max: 5 }, xAxis: 'wall' },
      changed: { range: { min: 1, max: 5 }, xAxis: 'wall' },
    },
    { kept: { wipeKinds: ['lr', 'other'], hiddenTags: ['a', 1] }, changed: {} },
    {
      kept: { wipeKinds: ['lr', 'hr'], hiddenTags: ['a'] },
      changed: { wipeKinds: ['lr', 'hr'], hiddenTags: ['a'] },
    },
    { kept: { imageView: { zoom: 0, x: 1, y: 1 }, sampleStep: '5' }, changed: {} },
    {
      kept: { imageView: { zoom: 2, x: 1, y: 1 }, sampleStep: 5 },
      changed: { imageView: { zoom: 2, x: 1, y: 1 }, sampleStep: 5 },
    },
  ])('$kept', ({ kept, changed }) => {
    expect(parseUiState(kept)).toEqual({ ...initialUiState, ...changed });
  });

  test('what it gives can be kept', () => {
    expect(parseUiState(JSON.parse(JSON.stringify(initialUiState)))).toEqual(initialUiState);
  });
});

describe('samples', () => {
  const stage = (name: 'pretraining' | 'training', ...steps: number[]) => ({
    stage: name,
    images: [],
    steps: steps.map((step) => ({ step, sr: {} })),
  });
  const steps = sampleSteps([stage('training', 0, 500), stage('pretraining', 500, 1000)], 1200);

  test('stand in the order of the points’ steps', () => {
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

  test('none', () => {
    expect(sampleAt([], null)).toBe(-1);
  });
});
