import type { ModelReference } from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import { modelKey } from './table-model.ts';

/**
 * The job that measures, or was to measure, a model on a test set under a protocol: one that waits or runs, else the
 * latest that failed. Undefined where there is none, or a later one has ended well or was cancelled.
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
  const live = own.find(isLive);
  if (live) return live;
  const latest = own.at(-1);
  return latest?.state === 'failed' ? latest : undefined;
}

/** Whether a job waits or runs. */
export function isLive({ state }: Job): boolean {
  return state === 'waiting' || state === 'running';
}
