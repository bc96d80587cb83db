import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import { discardSync } from '../../trainer/files/change-files.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import { type RequestKind, sendRequest } from '../../trainer/runs/control.ts';
import { isLaunchAlive, launchPaths, recordKill } from '../../trainer/runs/launch.ts';
import type { RunOnDisk } from '../../trainer/runs/list.ts';
import { readLock, whyStale } from '../../trainer/runs/lock.ts';
import { isSameProcess, type ProcessIdentity, thisHost } from '../../trainer/runs/processes.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';

/**
 * Sends a request to the trainer of a run; one that is starting obeys once it trains. Throws a `run` error where no trainer
 * is running.
 *
 * @returns whether an earlier request of this kind has not been handled yet
 */
export function requestFromTrainer(run: RunOnDisk, request: RequestKind): boolean {
  return sendRequest(run.paths, request, trainerOf(run, request));
}

/**
 * Ends the trainer of a run at once, and records that in the run. Rejects with a `run` error where there is none, where it
 * is not on this host, or where the process may be another program that has its id by now.
 *
 * @param wait waits so many milliseconds; another function in tests
 */
export async function killTrainer(
  run: RunOnDisk,
  wait: (milliseconds: number) => Promise<unknown> = delay,
): Promise<void> {
  const { paths } = run;
  const trainer = trainerOf(run, 'stop');
  const { host, pid } = trainer;
  if (host !== thisHost) {
    throw new WorkbenchError(
      'run',
      `Run ${paths.name} trains on ${host} (process ${pid}); from here its process cannot be reached. End it there.`,
    );
  }
  if (!((await isSameProcess(trainer)) ?? (await hasHeartbeat(paths, trainer, wait)))) {
    throw new WorkbenchError(
      'run',
      `Process ${pid} was not ended: it may be another program that got the id of the trainer of run ${paths.name}. The run can be resumed when its last heartbeat is three minutes old. If the process is the trainer, end it in the system's list of processes.`,
    );
  }
  recordKill(paths, trainer);
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    discardSync(launchPaths(paths).killed);
    throw new WorkbenchError(
      'run',
      `Process ${pid}, which trains run ${paths.name}, cannot be ended: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** Milliseconds between two looks at a heartbeat, and looks; a trainer renews it every two seconds. */
const lookPause = 250;
const maximumLooks = 40;

/** Whether the holder of the lock shows that it is alive: no other process renews the heartbeat of that lock. */
async function hasHeartbeat(
  paths: RunPaths,
  { pid, startTime }: ProcessIdentity,
  wait: (milliseconds: number) => Promise<unknown>,
): Promise<boolean> {
  const isHolder = (holder: ProcessIdentity) => holder.pid === pid && holder.startTime === startTime;
  const first = readLock(paths);
  if (first === undefined || !isHolder(first)) return false;
  for (let look = 0; look < maximumLooks; look++) {
    await wait(lookPause);
    const now = readLock(paths);
    if (now === undefined || !isHolder(now)) return false;
    if (now.heartbeat !== first.heartbeat) return true;
  }
  return false;
}

/** The process that trains a run, or is about to. */
function trainerOf(run: RunOnDisk, request: RequestKind): ProcessIdentity {
  const { paths, kind, state, launch } = run;
  if (kind === 'external') {
    throw new WorkbenchError('run', `${paths.root} was written by another program, which takes no requests.`);
  }
  const now = Date.now();
  const lock = readLock(paths);
  if (isLive(state) && lock !== undefined && whyStale(lock, now) === undefined) return lock;
  if (isLive(state) && launch?.process !== undefined && isLaunchAlive(launch, now)) return launch.process;
  const reason = state.reason === null ? '' : ` (${state.reason})`;
  throw new WorkbenchError(
    'run',
    `Cannot ${request} run ${paths.name}: no trainer is running, the run is ${state.state}${reason}.`,
  );
}
