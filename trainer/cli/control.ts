import type { Command } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import { isLive } from '../run-state/run-state.ts';
import { type RequestKind, requestKinds, sendRequest } from '../runs/control.ts';
import { dequeue } from '../runs/launch.ts';
import type { RunOnDisk } from '../runs/list.ts';
import { findRun } from './find-run.ts';
import { print } from './terminal.ts';

/** For each request the description of the command, and what the run will do. */
const requests: Readonly<Record<RequestKind, { description: string; effect: string }>> = {
  stop: {
    description: 'stop a run, with a checkpoint',
    effect: 'stops after its current step, with a checkpoint',
  },
  pause: { description: 'pause a run', effect: 'pauses after its current step' },
  resume: { description: 'continue a paused run', effect: 'continues' },
  checkpoint: {
    description: 'write a checkpoint now',
    effect: 'writes a checkpoint after its current step',
  },
  validate: { description: 'validate now', effect: 'validates after its current step' },
};

/** Adds `esrgan stop`, `pause`, `resume`, `checkpoint` and `validate` to the command. */
export function registerControl(program: Command): void {
  for (const kind of requestKinds) {
    program
      .command(kind)
      .description(requests[kind].description)
      .argument('<run>', 'name or folder of a run')
      .option('--runs-dir <folder>', 'folder of the runs', 'runs')
      .option('--json', 'print one JSON object per line')
      .action((name: string, { runsDir, json = false }: { runsDir: string; json?: boolean }) => {
        const run = findRun(runsDir, name);
        requestFromRun(run, kind);
        const text = json
          ? JSON.stringify({
              request: kind,
              name: run.paths.name,
              path: run.paths.root,
              state: run.state.state,
            })
          : `Run ${run.paths.name} ${run.state.state === 'queued' ? 'is removed from the queue' : requests[kind].effect}.`;
        print(`${text}\n`);
      });
  }
}

/**
 * Sends a request to a run. Stopping a queued run removes it from the queue. Throws a `run` error if no process trains
 * the run.
 */
function requestFromRun({ paths, kind, state }: RunOnDisk, request: RequestKind): void {
  if (state.state === 'queued' && request === 'stop') {
    dequeue(paths);
    return;
  }
  if (kind === 'external') {
    throw new WorkbenchError('run', `Cannot ${request} ${paths.root}: it is a run of another program.`);
  }
  if (!isLive(state)) {
    const reason = state.reason === null ? '' : ` (${state.reason})`;
    throw new WorkbenchError(
      'run',
      `Cannot ${request} run ${paths.name}: it is not training, its state is ${state.state}${reason}. Resume it with \`esrgan train ${paths.config} --resume\`.`,
    );
  }
  sendRequest(paths, request);
}
