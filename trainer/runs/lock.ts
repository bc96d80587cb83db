import { readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { diskError, writeFileDurably, writeFolderAtomic } from './atomic-file.ts';
import { isProcessAlive, processStartTime, thisHost } from './processes.ts';
import type { RunPaths } from './run-directory.ts';

/**
 * One writer per run directory. The folder `lock/` always holds exactly one file, whose *name* is the state of
 * the lock: `free`, or `held.<host>.<pid>.<start time>`; its modification time is the holder's heartbeat. Taking,
 * taking over and releasing are all the same atomic step, renaming the file that was seen. Of several processes
 * that saw the same state exactly one succeeds, and nobody can take away a lock other than the one that it saw.
 */

/** Who holds a lock. */
export interface LockHolder {
  readonly host: string;
  readonly pid: number;
  /** See `processStartTime`; 0: unknown. */
  readonly startTime: number;
  /** Milliseconds since 1970. */
  readonly heartbeat: number;
}

/** The lock of a run that this process holds. */
export interface RunLock {
  /** The heartbeat; to be called every few seconds. Throws a `run` error when another process took the lock over. */
  touch(): void;
  /** Gives the lock back. */
  release(): void;
}

/** A holder on another host counts as gone when its heartbeat is older than this. */
const staleAfterMs = 60_000;

const free = 'free';

/** Who holds the run's lock, alive or not; undefined where nobody does. Never throws. */
export function readLock(paths: RunPaths): LockHolder | undefined {
  const name = entryOf(paths.lock);
  return name === undefined ? undefined : holderOf(paths.lock, name);
}

/**
 * Why a holder is taken for dead, or undefined while it lives. On the same host its process decides; elsewhere
 * the heartbeat does, so the clocks of hosts that share a run directory must agree to a few seconds.
 */
export function whyStale(holder: LockHolder, now: number): string | undefined {
  if (holder.host === thisHost) {
    const alive = isProcessAlive(holder.pid, holder.startTime);
    return alive ? undefined : `process ${holder.pid} on this host is gone`;
  }
  const age = now - holder.heartbeat;
  return age <= staleAfterMs
    ? undefined
    : `process ${holder.pid} on ${holder.host} gave no sign of life for ${Math.round(age / 1000)} s`;
}

/**
 * Takes the run's lock; that of a dead holder is taken over. Throws a `run` error that says who holds it, or a
 * `disk` error.
 */
export function acquireLock(paths: RunPaths): RunLock {
  const mine = `held.${thisHost}.${process.pid}.${processStartTime(process.pid)}`;
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
 * Renames the lock's file. The heartbeat comes first, lest a process on another host finds a new name with an old
 * heartbeat. No such file: another process was faster.
 */
function replaceEntry(paths: RunPaths, from: string, to: string): void {
  try {
    const now = new Date();
    utimesSync(join(paths.lock, from), now, now);
    if (from !== to) renameSync(join(paths.lock, from), join(paths.lock, to));
  } catch (error) {
    if (!isMissing(error)) throw diskError(paths.lock, error);
    const holder = readLock(paths);
    const who =
      holder === undefined ? `The lock of run ${paths.name} was released meanwhile` : heldBy(paths, holder);
    throw new WorkbenchError('run', `${who}. Look at it with \`esrgan runs\`, then try again.`, {
      cause: error,
    });
  }
}

function heldBy(paths: RunPaths, { host, pid }: LockHolder): string {
  const where = host === thisHost ? 'on this host' : `on ${host}`;
  return `Run ${paths.name} (${paths.root}) is being written by process ${pid} ${where}`;
}

/** Puts a whole lock folder there. Where another process did so first, renaming fails: that one is not empty. */
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
  // Without a heartbeat the file has just been renamed: somebody is alive.
  const heartbeat = statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return { ...holder, heartbeat };
}

function parseHolder(name: string): Omit<LockHolder, 'heartbeat'> | undefined {
  const match = /^held\.(.+)\.(\d+)\.(\d+)$/.exec(name);
  if (match === null) return undefined;
  const [, host = '', pid, startTime] = match;
  return { host, pid: Number(pid), startTime: Number(startTime) };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
