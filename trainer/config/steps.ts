/** Training steps in an epoch. The last, incomplete batch is dropped. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.floor(images / batchSize);
}

/** Training steps of a stage: `num_epoch` epochs, or `num_step` if that is fewer. */
export function totalSteps(
  stage: { readonly num_epoch: number; readonly num_step?: number },
  stepsPerEpoch: number,
): number {
  return Math.min(stage.num_epoch * stepsPerEpoch, stage.num_step ?? Infinity);
}
