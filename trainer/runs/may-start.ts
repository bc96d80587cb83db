import { WorkbenchError } from '../errors/errors.ts';
import { isLive, type Stage } from '../run-state/run-state.ts';
import { launchPaths } from './launch.ts';
import type { RunOnDisk } from './list.ts';
import { isStageStarted } from './manifest.ts';

/** Why the state of a job is not known, where the cause was printed. */
export const notKnown = 'Slurm cannot be asked here.';

/**
 * Throws a `run` error if only the scheduler of a job knows whether the run waits or is trained.
 *
 * @param why the scheduler has not said it; a sentence
 */
export function assertJobIsKnown({ openJob, jobState, paths: run }: RunOnDisk, why: string): void {
  if (openJob === undefined || jobState !== undefined) return;
  throw new WorkbenchError(
    'run',
    `Run ${run.name} waits for job ${openJob.id} on ${openJob.profile}, or is trained by it. ${why} If the job has ended, delete ${launchPaths(run).job}.`,
  );
}

/**
 * Throws a `run` error if a stage of the run may not start: it is live or queued, or has started and is not resumed.
 *
 * @param why see `assertJobIsKnown`
 */
export function assertMayStart(run: RunOnDisk, stage: Stage, resume: boolean, why = notKnown): void {
  const { kind, state, paths } = run;
  if (kind === 'external') {
    throw new WorkbenchError(
      'run',
      `${paths.root} is a run of another program. Give this run another \`name\`.`,
    );
  }
  if (isLive(state)) {
    throw new WorkbenchError('run', `Run ${paths.name} is already ${state.state} (${paths.root}).`);
  }
  if (state.state === 'queued') {
    throw new WorkbenchError('run', `Run ${paths.name} is already queued (${paths.root}).`);
  }
  assertJobIsKnown(run, why);
  if (isStageStarted(paths, stage) && !resume) {
    throw new WorkbenchError(
      'run',
      `The ${stage} of run ${paths.name} has already started (${paths.root}). Resume it, or give the run another \`name\`.`,
    );
  }
}
