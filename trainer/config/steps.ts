import type { Stage } from '../run-state/run-state.ts';
import type { ResolvedConfig } from './resolved.ts';

/** Training steps in an epoch. The last, incomplete batch is dropped. */
export function stepsPerEpoch(images: number, batchSize: number): number {
  return Math.floor(images / batchSize);
}

/**
 * Patches in an epoch of images with these weights: an image of weight 2 is used twice, and of those with weight 0.5 every
 * second one, but at least one.
 */
export function patchesPerEpoch(weights: readonly number[]): number {
  return countsByWeight(weights).reduce((sum, { weight, count }) => sum + usesPerEpoch(weight, count), 0);
}

/** How often an epoch uses `count` images of one weight, all together. */
export function usesPerEpoch(weight: number, count: number): number {
  return Math.max(1, Math.round(weight * count));
}

function countsByWeight(weights: readonly number[]): { readonly weight: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const weight of weights) counts.set(weight, (counts.get(weight) ?? 0) + 1);
  return [...counts].map(([weight, count]) => ({ weight, count }));
}

/** Training steps of a stage: `num_epoch` epochs, or `num_step` if that is fewer. */
export function totalSteps(
  stage: { readonly num_epoch: number; readonly num_step?: number },
  stepsPerEpoch: number,
): number {
  return Math.min(stage.num_epoch * stepsPerEpoch, stage.num_step ?? Infinity);
}

/** Patches that a training step takes. */
export function patchesPerStep(config: Pick<ResolvedConfig, 'batch_size' | 'accumulate'>): number {
  return config.batch_size * config.accumulate;
}

/**
 * Whether the gradients of a step are complete before its update starts, because the update depends on them. This takes
 * memory for the gradients.
 */
export function updatesInHalves(
  { accumulate, clip_gradient_norm, non_finite, training }: ResolvedConfig,
  stage: Stage,
): boolean {
  return (
    accumulate > 1 ||
    clip_gradient_norm !== null ||
    non_finite.max_skipped > 0 ||
    (stage === 'training' && training.d_loss_threshold !== null)
  );
}
