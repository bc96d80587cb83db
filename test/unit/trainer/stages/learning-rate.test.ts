import { expect, test } from 'vitest';
import { multiStepLearningRate, stepLearningRate } from '../../../../trainer/stages/learning-rate.ts';

// As in PyTorch, if the scheduler is stepped after each optimizer step.
test.each([
  [1, 8],
  [3, 8],
  [4, 4],
  [6, 4],
  [7, 2],
])('step %d with an interval of 3: %d', (step, expected) => {
  expect(stepLearningRate(8, step, 3, 0.5)).toBe(expected);
});

test.each<[number, readonly number[], number]>([
  [1, [2, 5], 8],
  [2, [2, 5], 8],
  [3, [2, 5], 4],
  [5, [2, 5], 4],
  [6, [2, 5], 2],
  [1000, [], 8],
])('step %d with milestones %j: %d', (step, milestones, expected) => {
  expect(multiStepLearningRate(8, step, milestones, 0.5)).toBe(expected);
});
