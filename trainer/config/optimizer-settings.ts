import type { PretrainingOptimizer } from '../../schemas/run-config.ts';
import type { Stage } from '../run-state/run-state.ts';

/** The optimizer of a network in a run file. */
type GivenOptimizer = PretrainingOptimizer;

/** The optimizer of a network, with all its settings. */
export interface OptimizerSettings {
  readonly type: GivenOptimizer['type'];
  /** As many as `betaCount`. */
  readonly betas: readonly number[];
  readonly eps: number;
  readonly weight_decay: number;
}

/** PyTorch's defaults, where it has the optimizer, else those of the authors' programs. */
const defaultBetas: Readonly<Record<GivenOptimizer['type'], readonly number[]>> = {
  adam: [0.9, 0.999],
  adamw: [0.9, 0.999],
  nadam: [0.9, 0.999],
  lion: [0.9, 0.99],
  adan: [0.98, 0.92, 0.99],
  adamw_schedule_free: [0.9, 0.999],
};

/** Adam's in the original program. */
const trainingBetas = [0.9, 0.99];

/** Number of betas of an optimizer. */
export function betaCount(type: GivenOptimizer['type']): number {
  return defaultBetas[type].length;
}

/** Number of tensors that an optimizer holds for each parameter. */
export function tensorsPerParameter({ type }: Pick<GivenOptimizer, 'type'>): number {
  if (type === 'lion') return 1;
  return type === 'adan' ? 4 : 2;
}

/** Whether the average of the weights takes the place of learning-rate decays. */
export function isScheduleFree({ type }: Pick<GivenOptimizer, 'type'>): boolean {
  return type === 'adamw_schedule_free';
}

/** Fills in the defaults that depend on the type, and for Adam on the stage. */
export function completeOptimizer(
  { type, betas, eps = 1e-8, weight_decay = type === 'adamw' ? 0.01 : 0 }: GivenOptimizer,
  stage: Stage,
): OptimizerSettings {
  const usual = type === 'adam' && stage === 'training' ? trainingBetas : defaultBetas[type];
  return { type, betas: betas ?? usual, eps, weight_decay };
}
