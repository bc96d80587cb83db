import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { moveSync, retrySync } from '../files/change-files.ts';
import { diskError, isMissingFile, writeFileDurably, writeFolderAtomic } from './atomic-file.ts';
import { isProcessAlive, type ProcessIdentity, parseProcess, thisHost, thisProcess } from './processes.ts';
import type { RunPaths } from './run-directory.ts';

/**
 * One writer per run directory. The folder `lock/` always contains exactly one file. Its *name* is the state of the
 * lock: `free`, or `held.<host>.<pid>.<start time>`; its modification time is the holder's heartbeat. To take, take
 * over or release the lock is the same atomic step: renaming the file that was read. Of several processes that read
 * the same state exactly one succeeds, and no process can take over another lock than the one that it read.
 */

/** Who holds a lock. */
export interface LockHolder extends ProcessIdentity {
  /** Milliseconds since 1970. */
  readonly heartbeat: number;
}

/** The lock of a run, held by this process. */
export interface RunLock {
  /** The heartbeat. Call it every few seconds. Throws a `run` error if another process took the lock over. */
  touch(): void;
  release(): void;
}

/** A holder on another host counts as dead if its heartbeat is older than this. */
const staleAfterMs = 60_000;

const free = 'free';

/** The holder of the run's lock, alive or not; undefined if the lock is free. Never throws. */
export function readLock(paths: RunPaths): LockHolder | undefined {
  const name = entryOf(paths.lock);
  return name === undefined ? undefined : holderOf(paths.lock, name);
}

/**
 * Why a holder is considered dead; undefined while it is alive. On the same host that depends on its process, on
 * another on the heartbeat: the clocks of hosts that share a run directory must agree to a few seconds.
 */
export function whyStale(holder: LockHolder, now: number): string | undefined {
  if (holder.host === thisHost) {
    const alive = isProcessAlive(holder.pid, holder.startTime);
    return alive ? undefined : `process ${holder.pid} on this host is gone`;
  }
  const age = now - holder.heartbeat;
  return age <= staleAfterMs
    ? undefined
    : `process ${holder.pid} on ${holder.host} has not sent a heartbeat for ${Math.round(age / 1000)} s`;
}

/**
 * Takes the run's lock, over from a dead holder if necessary. Throws a `run` error that names its holder, or a `disk`
 * error.
 */
export function acquireLock(paths: RunPaths): RunLock {
  const mine = `held.${thisProcess}`;
  const seen = entryOf(paths.lock) ?? createLockFolder(paths);
  const holder = holderOf(paths.lock, seen);
  if (holder !== undefined && whyStale(holder, Date.now()) === undefined) {
    throw new WorkbenchError(
      'run',
      `${heldBy(paths, holder)}. Stop it with \`esrgan stop ${paths.name}\`, or wait.`,
    );
  }
  replaceEntry(paths, seen, mine);
  return {
    touch() {
      replaceEntry(paths, mine, mine);
    },
    release() {
      replaceEntry(paths, mine, free);
    },
  };
}

/**
 * Renames the lock's file. The heartbeat comes first: a process on another host must not see a new name with an old
 * heartbeat. If the file does not exist, another process was faster.
 */
function replaceEntry(paths: RunPaths, from: string, to: string): void {
  try {
    const now = new Date();
    retrySync(() => utimesSync(join(paths.lock, from), now, now));
    if (from !== to) moveSync(join(paths.lock, from), join(paths.lock, to));
  } catch (error) {
    if (!isMissingFile(error)) throw diskError(paths.lock, error);
    const holder = readLock(paths);
    const who =
      holder === undefined
        ? `The lock of run ${paths.name} was released in the meantime`
        : heldBy(paths, holder);
    throw new WorkbenchError('run', `${who}. Check it with \`esrgan runs\`, then try again.`, {
      cause: error,
    });
  }
}

function heldBy(paths: RunPaths, { host, pid }: LockHolder): string {
  const where = host === thisHost ? 'on this host' : `on ${host}`;
  return `Run ${paths.name} (${paths.root}) is being written by process ${pid} ${where}`;
}

/** Creates the lock folder. If another process creates it first, renaming fails because that one is not empty. */
function createLockFolder(paths: RunPaths): string {
  try {
    writeFolderAtomic(paths.lock, (temporary) => writeFileDurably(join(temporary, free), []));
  } catch (error) {
    const entry = entryOf(paths.lock);
    if (entry === undefined) throw error;
    return entry;
  }
  return free;
}

function entryOf(folder: string): string | undefined {
  try {
    return readdirSync(folder).find((name) => name === free || parseHolder(name) !== undefined);
  } catch {
    return undefined;
  }
}

function holderOf(folder: string, name: string): LockHolder | undefined {
  const holder = parseHolder(name);
  if (holder === undefined) return undefined;
  // If the file is missing, it has just been renamed: a process is alive.
  const heartbeat = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return { ...holder, heartbeat };
}

function parseHolder(name: string): ProcessIdentity | undefined {
  return name.startsWith('held.') ? parseProcess(name.slice('held.'.length)) : undefined;
}
