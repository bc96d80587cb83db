/**
 * Learning rate of a step under PyTorch's StepLR, stepped once a mini-batch: `base * gamma^k` after `k`
 * whole intervals.
 *
 * @param step number of the update, from 1
 */
export function stepLearningRate(base: number, step: number, interval: number, gamma: number): number {
  return base * gamma ** Math.floor((step - 1) / interval);
}

/**
 * Learning rate of a step under PyTorch's MultiStepLR, stepped once a mini-batch: `base * gamma^k` after `k`
 * of the milestones.
 *
 * @param step number of the update, from 1
 * @param milestones numbers of updates, in rising order
 */
export function multiStepLearningRate(
  base: number,
  step: number,
  milestones: readonly number[],
  gamma: number,
): number {
  return base * gamma ** milestones.filter((milestone) => milestone < step).length;
}
