import type { ModelReference } from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import { modelKey } from '../table/table-model.ts';

/**
 * The job that evaluates a model on a test set under a protocol: the active one, else the latest if it failed.
 */
export function evaluationJob(
  jobs: ReadonlyMap<string, Job>,
  model: ModelReference,
  testSet: string,
  protocol: string,
): Job | undefined {
  const key = modelKey(model);
  const own = [...jobs.values()].filter(
    ({ task }) =>
      task.kind === 'evaluation' &&
      task.testSet === testSet &&
      task.protocols.includes(protocol) &&
      modelKey(task.model) === key,
  );
  const active = own.find(isActiveJob);
  if (active) return active;
  const latest = own.at(-1);
  return latest?.state === 'failed' ? latest : undefined;
}

/** Whether a job waits or runs. */
export function isActiveJob({ state }: Job): boolean {
  return state === 'waiting' || state === 'running';
}
