/**
 * PyTorch's StepLR, stepped once per mini-batch: `base * gamma^k` after `k` intervals.
 *
 * @param step number of the update, from 1
 */
export function stepLearningRate(base: number, step: number, interval: number, gamma: number): number {
  return base * gamma ** Math.floor((step - 1) / interval);
}

/**
 * PyTorch's MultiStepLR, stepped once per mini-batch: `base * gamma^k` after `k` milestones.
 *
 * @param step number of the update, from 1
 * @param milestones numbers of updates, in ascending order
 */
export function multiStepLearningRate(
  base: number,
  step: number,
  milestones: readonly number[],
  gamma: number,
): number {
  return base * gamma ** milestones.filter((milestone) => milestone < step).length;
}
