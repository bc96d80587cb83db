import type { Command } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import { isLive } from '../run-state/run-state.ts';
import { type RequestKind, requestKinds, sendRequest } from '../runs/control.ts';
import { dequeue } from '../runs/launch.ts';
import type { RunOnDisk } from '../runs/list.ts';
import { findRun } from './find-run.ts';

/** For each request: what the command does, and what the trainer will do about it. */
const requests: Readonly<Record<RequestKind, { description: string; promise: string }>> = {
  stop: {
    description: 'stop a run, with a checkpoint',
    promise: 'stops after its current step, with a checkpoint',
  },
  pause: { description: 'hold a run until it is resumed', promise: 'pauses after its current step' },
  resume: { description: 'go on with a paused run', promise: 'goes on' },
  checkpoint: {
    description: 'write a checkpoint now',
    promise: 'writes a checkpoint after its current step',
  },
  validate: { description: 'validate now', promise: 'validates after its current step' },
};

/** Adds `esrgan stop`, `pause`, `resume`, `checkpoint` and `validate` to the command. */
export function registerControl(program: Command): void {
  for (const kind of requestKinds) {
    program
      .command(kind)
      .description(requests[kind].description)
      .argument('<run>', 'name of a run, or its folder')
      .option('--runs-dir <folder>', 'folder of the runs', 'runs')
      .option('--json', 'one JSON object a line')
      .action((name: string, { runsDir, json = false }: { runsDir: string; json?: boolean }) => {
        const run = findRun(runsDir, name);
        askRun(run, kind);
        const text = json
          ? JSON.stringify({
              request: kind,
              name: run.paths.name,
              path: run.paths.root,
              state: run.state.state,
            })
          : `Run ${run.paths.name} ${run.state.state === 'queued' ? 'waits no longer' : requests[kind].promise}.`;
        process.stdout.write(`${text}\n`);
      });
  }
}

/**
 * Sends a request to a run; a run that waits for its turn is stopped by taking it out of the queue. Throws a
 * `run` error where nobody is there to do it.
 */
export function askRun({ paths, kind, state }: RunOnDisk, request: RequestKind): void {
  if (state.state === 'queued' && request === 'stop') {
    dequeue(paths);
    return;
  }
  if (kind === 'external') {
    throw new WorkbenchError('run', `${paths.root} was written by another program, which takes no requests.`);
  }
  if (!isLive(state)) {
    const reason = state.reason === null ? '' : ` (${state.reason})`;
    throw new WorkbenchError(
      'run',
      `Cannot ${request} run ${paths.name}: nobody trains it, it is ${state.state}${reason}. Go on with it by \`esrgan train ${paths.config} --resume\`.`,
    );
  }
  sendRequest(paths, request);
}
