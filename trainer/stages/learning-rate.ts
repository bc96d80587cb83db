/**
 * Learning rate of a step under PyTorch's StepLR, stepped once a mini-batch: `base * gamma^k` after `k`
 * whole intervals.
 *
 * @param step number of the update, from 1
 */
export function stepLearningRate(base: number, step: number, interval: number, gamma: number): number {
  return base * gamma ** Math.floor((step - 1) / interval);
}
