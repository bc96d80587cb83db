import { WorkbenchError } from '../errors/errors.ts';
import { isLive, type Stage } from '../run-state/run-state.ts';
import type { RunOnDisk } from './list.ts';
import { isStageStarted } from './manifest.ts';

/** Throws a `run` error if a stage of the run may not start: it is live or queued, or has started and is not resumed. */
export function assertMayStart({ kind, state, paths: run }: RunOnDisk, stage: Stage, resume: boolean): void {
  if (kind === 'external') {
    throw new WorkbenchError(
      'run',
      `${run.root} is a run of another program. Give this run another \`name\`.`,
    );
  }
  if (isLive(state)) {
    throw new WorkbenchError('run', `Run ${run.name} is already ${state.state} (${run.root}).`);
  }
  if (state.state === 'queued') {
    throw new WorkbenchError('run', `Run ${run.name} is already queued (${run.root}).`);
  }
  if (isStageStarted(run, stage) && !resume) {
    throw new WorkbenchError(
      'run',
      `The ${stage} of run ${run.name} has already started (${run.root}). Resume it, or give the run another \`name\`.`,
    );
  }
}
