import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import { type RequestKind, sendRequest } from '../../trainer/runs/control.ts';
import { isLaunchAlive } from '../../trainer/runs/launch.ts';
import type { RunOnDisk } from '../../trainer/runs/list.ts';
import { readLock, whyStale } from '../../trainer/runs/lock.ts';
import { thisHost } from '../../trainer/runs/processes.ts';

/** The process that trains a run, or is about to. */
interface Trainer {
  readonly host: string;
  readonly pid: number;
  /** It has taken up the run and looks for requests. */
  readonly isListening: boolean;
}

/**
 * Sends a request to the trainer of a run. Throws a `run` error where no trainer is running. A trainer that has not
 * opened the run yet would not find a request: it is stopped by a signal, and other requests fail until it has.
 *
 * @returns whether an earlier request of this kind has not been handled yet
 */
export function requestFromTrainer(run: RunOnDisk, request: RequestKind): boolean {
  const trainer = trainerOf(run, request);
  if (trainer.isListening) return sendRequest(run.paths, request);
  if (request === 'stop') {
    signal(run, trainer, 'SIGTERM');
    return false;
  }
  throw new WorkbenchError('run', `Run ${run.paths.name} is still starting. Try again in a moment.`);
}

/** Ends the trainer of a run at once. Throws a `run` error where there is none, or not on this host. */
export function killTrainer(run: RunOnDisk): void {
  signal(run, trainerOf(run, 'stop'), 'SIGKILL');
}

function signal({ paths }: RunOnDisk, { host, pid }: Trainer, name: 'SIGTERM' | 'SIGKILL'): void {
  if (host !== thisHost) {
    throw new WorkbenchError(
      'run',
      `Run ${paths.name} trains on ${host} (process ${pid}); from here its process cannot be reached. End it there.`,
    );
  }
  try {
    process.kill(pid, name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WorkbenchError(
      'run',
      `Process ${pid}, which trains run ${paths.name}, cannot be ended: ${reason}`,
      {
        cause: error,
      },
    );
  }
}

function trainerOf(run: RunOnDisk, request: RequestKind): Trainer {
  const { paths, kind, state, status, launch } = run;
  if (kind === 'external') {
    throw new WorkbenchError('run', `${paths.root} was written by another program, which takes no requests.`);
  }
  const now = Date.now();
  const lock = readLock(paths);
  if (isLive(run.state) && lock !== undefined && whyStale(lock, now) === undefined) {
    const isListening = status?.host === lock.host && status.pid === lock.pid;
    return { host: lock.host, pid: lock.pid, isListening };
  }
  if (isLive(run.state) && launch?.process !== undefined && isLaunchAlive(launch, now)) {
    return { host: launch.process.host, pid: launch.process.pid, isListening: false };
  }
  const reason = state.reason === null ? '' : ` (${state.reason})`;
  throw new WorkbenchError(
    'run',
    `Cannot ${request} run ${paths.name}: no trainer is running, the run is ${state.state}${reason}.`,
  );
}
