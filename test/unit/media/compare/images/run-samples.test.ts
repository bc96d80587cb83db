import { describe, expect, test } from 'vitest';
import {
  allSampleSteps,
  sampleKeys,
  stepAt,
  stepIndex,
} from '../../../../../media/compare/images/run-samples.ts';
import { loggedSteps, type SampleStep } from '../../../../../media/run-panel/sample-steps.ts';

function samples(steps: readonly number[], keys: readonly string[]): SampleStep[] {
  const images = keys.map((key) => ({ key, lr: 'lr', bicubic: 'bicubic', hr: 'hr' }));
  return steps.map((step) => ({ stage: 'pretraining', step, at: step, images, sr: {} }));
}

test('keys and steps of all runs', () => {
  const all = new Map([
    ['/a', samples([100, 200], ['00-x'])],
    ['/b', samples([150, 200], ['00-x', '01-y'])],
  ]);
  expect(sampleKeys(all)).toEqual(['00-x', '01-y']);
  expect(allSampleSteps(all)).toEqual([100, 150, 200]);
});

test('the keys of images that other programs have logged are their tags', () => {
  const logged = loggedSteps([{ step: 5, images: { 'val/img': '/x' } }]);
  expect(
    sampleKeys(
      new Map([
        ['/a', samples([100], ['00-x'])],
        ['/b', logged],
      ]),
    ),
  ).toEqual(['00-x', 'val/img']);
  expect(allSampleSteps(new Map([['/b', logged]]))).toEqual([5]);
});

const steps = [100, 150, 200];

describe('index of the last step at or before', () => {
  test.each([
    [null, 2],
    [150, 1],
    [199, 1],
    [500, 2],
    [99, -1],
  ])('%s', (step, index) => expect(stepIndex(steps, step)).toBe(index));
});

describe('step at an index; null for the last', () => {
  test.each([
    [0, 100],
    [-2, 100],
    [1, 150],
    [2, null],
    [9, null],
  ])('%d', (index, step) => expect(stepAt(steps, index)).toBe(step));
  test('without samples', () => expect(stepAt([], 0)).toBe(null));
});
