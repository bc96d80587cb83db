import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { writableCacheFolder } from '../../trainer/files/user-folders.ts';
import { acquireLock, type RunLock, readLock } from '../../trainer/runs/lock.ts';
import { isSameProcess, type ProcessIdentity, thisHost } from '../../trainer/runs/processes.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';

/** Milliseconds between two tries, and until one gives up. Whoever has the lock starts a process at most. */
const pause = 50;
const patience = 30_000;

let last: Promise<unknown> = Promise.resolve();

/**
 * Does something that no other server of this person on this host does at the same time: change the queue, or
 * start what is next in it. Calls of one server come one after the other. Rejects with a `run` error when another
 * server does not let go.
 */
export function withHostLock<T>(work: () => T | Promise<T>): Promise<T> {
  const result = last.then(async () => {
    const lock = await takeLock();
    try {
      return await work();
    } finally {
      lock.release();
    }
  });
  last = result.catch(() => undefined);
  return result;
}

async function takeLock(): Promise<RunLock> {
  // Hosts may share a home folder.
  const place = runPaths(join(writableCacheFolder(), `starting-${thisHost}`));
  const start = Date.now();
  let asked: ProcessIdentity | undefined;
  let isDead = false;
  const isAsked = ({ pid, startTime }: ProcessIdentity) =>
    asked?.pid === pid && asked.startTime === startTime;
  while (true) {
    try {
      return acquireLock(place, (holder) => isDead && isAsked(holder));
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.code !== 'run') throw error;
      const holder = readLock(place);
      if (holder !== undefined && !isAsked(holder)) {
        // Another process may have the id of a server that died. Asking the system takes a second, so it is asked once.
        asked = holder;
        isDead = (await isSameProcess(holder)) === false;
        continue;
      }
      if (Date.now() - start > patience) {
        throw new WorkbenchError(
          'run',
          `Another window is starting a run and does not get ready. Try again; if that does not help, delete the folder ${place.lock}.`,
          { cause: error },
        );
      }
      await delay(pause);
    }
  }
}
