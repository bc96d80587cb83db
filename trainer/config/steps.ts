/** Training steps in an epoch: whole batches only, as the rest is left out. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.floor(images / batchSize);
}

/** Training steps of a stage: its epochs, or `num_step` where that is fewer. */
export function totalSteps(
  stage: { readonly num_epoch: number; readonly num_step?: number },
  stepsPerEpoch: number,
): number {
  return Math.min(stage.num_epoch * stepsPerEpoch, stage.num_step ?? Infinity);
}
