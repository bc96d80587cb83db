import { setTimeout as delay } from 'node:timers/promises';
import { WorkbenchError } from '../../errors/errors.ts';
import { acquireLock, type RunLock, readLock } from '../../runs/lock.ts';
import { runPaths } from '../../runs/run-directory.ts';

export interface DownloadLockOptions {
  /** What is downloaded, for messages. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** Called once with a message if another process has the lock. */
  readonly onWait: (message: string) => void;
}

/** Milliseconds between two tries to take a lock, and between two heartbeats. */
const pause = 500;
const heartbeat = 10_000;

/**
 * Downloads while no other process does so under the lock in `folder`. Waits for a process that has it.
 *
 * @param download gets a signal that also aborts when another process takes the lock over
 * @throws WorkbenchError `interrupted`; `disk` if the folder is not writable; `run` if the lock was lost
 */
export async function withDownloadLock(
  folder: string,
  options: DownloadLockOptions,
  download: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lock = await takeLock(folder, options);
  const lost = new AbortController();
  const timer = setInterval(() => {
    try {
      lock.touch();
    } catch (error) {
      lost.abort(error);
    }
  }, heartbeat);
  try {
    await download(AbortSignal.any([lost.signal, ...(options.signal ? [options.signal] : [])]));
  } catch (error) {
    lost.signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(timer);
    if (!lost.signal.aborted) lock.release();
  }
}

async function takeLock(folder: string, { what, signal, onWait }: DownloadLockOptions): Promise<RunLock> {
  const place = runPaths(folder);
  for (let isFirst = true; ; isFirst = false) {
    try {
      return acquireLock(place);
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.code !== 'run') throw error;
      const holder = readLock(place);
      const who = holder === undefined ? 'Another process' : `Process ${holder.pid} on ${holder.host}`;
      if (isFirst) onWait(`${who} is downloading ${what}. Waiting until it ends.`);
      await delay(pause, undefined, signal && { signal }).catch(() => {
        throw new WorkbenchError('interrupted', `The download of ${what} was stopped before it started.`);
      });
    }
  }
}
