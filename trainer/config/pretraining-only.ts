import { isPlainObject } from '../guards/guards.ts';

/**
 * Whether the values of a run file describe the pretraining only: they have a section for it and none for the training. A
 * file without either has both with all defaults.
 */
export function isPretrainingOnly(data: unknown): boolean {
  return isPlainObject(data) && data.pretraining !== undefined && data.training === undefined;
}
