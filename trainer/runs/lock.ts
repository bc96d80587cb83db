import { readdirSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkbenchError } from '../errors/errors.ts';
import { moveSync, retrySync } from '../files/change-files.ts';
import { diskError, isMissingFile, writeFileDurably, writeFolderAtomic } from './atomic-file.ts';
import {
  type Liveness,
  type ProcessIdentity,
  parseProcess,
  processLiveness,
  thisHost,
  thisProcess,
} from './processes.ts';
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
  /** The heartbeat. Call it every few seconds. Throws a `run` error if the lock is lost, a `disk` error if it fails. */
  touch(): void;
  /**
   * Call it before each write to the run: a process that was suspended does not know that another one took the lock over.
   * Throws a `run` error if the lock is lost.
   */
  assertHeld(): void;
  release(): void;
}

/** A holder whose process cannot be seen counts as dead if its heartbeat is older than this. */
const staleAfterMs = 180_000;

/** Milliseconds between two looks at the heartbeat of a holder. */
const watchIntervalMs = 2000;

const free = 'free';

/** The holder of the run's lock, alive or not; undefined if the lock is free. Never throws. */
export function readLock(paths: RunPaths): LockHolder | undefined {
  const name = entryOf(paths.lock);
  return name === undefined ? undefined : holderOf(paths.lock, name);
}

/**
 * Why a holder is considered dead, to show it; undefined while it is alive. On the same host that depends on its process,
 * on another, or if another process may have its id, on its heartbeat and both clocks.
 */
export function whyStale(holder: LockHolder, now: number): string | undefined {
  const liveness = livenessOf(holder);
  if (liveness === 'alive') return undefined;
  const where = holder.host === thisHost ? 'this host' : holder.host;
  if (liveness === 'gone') return `process ${holder.pid} on ${where} is gone`;
  const age = now - holder.heartbeat;
  return age <= staleAfterMs
    ? undefined
    : `process ${holder.pid} on ${where} has not sent a heartbeat for ${Math.round(age / 1000)} s`;
}

function livenessOf({ host, pid, startTime }: LockHolder): Liveness {
  return host === thisHost ? processLiveness(pid, startTime) : 'unknown';
}

/**
 * Takes a lock that only processes of this host use, over from a dead holder if necessary. Throws a `run` error that
 * names its holder, or a `disk` error.
 *
 * @param isDead whether the holder is known to be dead, although a process has its id
 */
export function acquireLock(paths: RunPaths, isDead: (holder: LockHolder) => boolean = () => false): RunLock {
  const seen = entryOf(paths.lock) ?? createLockFolder(paths);
  const holder = holderOf(paths.lock, seen);
  if (holder !== undefined && !isDead(holder) && whyStale(holder, Date.now()) === undefined)
    throw heldError(paths, holder);
  return takeLock(paths, seen);
}

interface AcquireOptions {
  /** Receives a sentence before a wait. */
  readonly onWait: (line: string) => void;
  /** Ends the wait; then the lock counts as held. */
  readonly stop: AbortSignal;
  /** Whether the holder is known to be dead, although its process may not be visible. */
  readonly isDead?: (holder: LockHolder) => boolean;
  /** Milliseconds to wait for a holder that is alive. */
  readonly patience?: number;
  /** Waits so many milliseconds; another function in tests. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Takes the run's lock, over from a dead holder if necessary. A holder on another host, or one whose
 * process id another process may have by now, is watched until its heartbeat changes, or has not for three minutes: clocks of
 * two hosts are never compared.
 *
 * @throws WorkbenchError `run` with the name of the holder, or `disk`
 */
export async function acquireRunLock(paths: RunPaths, options: AcquireOptions): Promise<RunLock> {
  const { onWait, stop, isDead = () => false, wait = delay } = options;
  let { patience = 0 } = options;
  const seen = entryOf(paths.lock) ?? createLockFolder(paths);
  const holder = holderOf(paths.lock, seen);
  if (holder === undefined || isDead(holder)) return takeLock(paths, seen);
  const liveness = livenessOf(holder);
  if (liveness === 'gone') return takeLock(paths, seen);
  if (liveness === 'alive' && patience <= 0) throw heldError(paths, holder);
  const goal =
    liveness === 'alive'
      ? `${Math.round(patience / 1000)} s until it ends.`
      : `${staleAfterMs / 60_000} min for its heartbeat, to find out whether it is alive.`;
  onWait(`${heldBy(paths, holder)}. Waiting up to ${goal}`);
  let { heartbeat } = holder;
  // Looks are counted: a clock may be set, and time that this process is suspended does not count.
  for (let looks = 0; looks < staleAfterMs / watchIntervalMs; looks++) {
    await wait(watchIntervalMs);
    patience -= watchIntervalMs;
    if (entryOf(paths.lock) !== seen) {
      if (stop.aborted) throw heldError(paths, holder);
      return acquireRunLock(paths, { ...options, patience });
    }
    const found = holderOf(paths.lock, seen);
    const now = livenessOf(holder);
    if (now === 'gone') break;
    const isAlive = now === 'alive' || found?.heartbeat !== heartbeat;
    if (stop.aborted || (isAlive && patience <= 0)) throw heldError(paths, holder);
    if (isAlive) looks = -1;
    heartbeat = found?.heartbeat ?? heartbeat;
  }
  return takeLock(paths, seen);
}

/** Takes the lock over from the state that was read. Throws a `run` error if another process was faster. */
function takeLock(paths: RunPaths, seen: string): RunLock {
  const mine = `held.${thisProcess}`;
  if (!replaceEntry(paths, seen, mine)) {
    const holder = readLock(paths);
    if (holder !== undefined) throw heldError(paths, holder);
    throw new WorkbenchError(
      'run',
      `The lock of run ${paths.name} was released in the meantime. Check it with \`esrgan runs\`, then try again.`,
    );
  }
  return {
    touch() {
      if (!replaceEntry(paths, mine, mine)) throw lostError(paths);
    },
    assertHeld() {
      if (!hasEntry(paths, mine)) throw lostError(paths);
    },
    release() {
      if (!replaceEntry(paths, mine, free)) throw lostError(paths);
    },
  };
}

/**
 * Renames the lock's file. The heartbeat comes first: a process on another host must not see a new name with an old
 * heartbeat. Throws a `disk` error.
 *
 * @returns false if the file does not exist: another process was faster
 */
function replaceEntry(paths: RunPaths, from: string, to: string): boolean {
  try {
    const now = new Date();
    retrySync(() => utimesSync(join(paths.lock, from), now, now));
    if (from !== to) moveSync(join(paths.lock, from), join(paths.lock, to));
    return true;
  } catch (error) {
    if (isMissingFile(error)) return false;
    throw diskError(paths.lock, error);
  }
}

/** Throws a `disk` error if the lock cannot be read: then nothing is known. */
function hasEntry(paths: RunPaths, name: string): boolean {
  try {
    return statSync(join(paths.lock, name), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw diskError(paths.lock, error);
  }
}

function heldError(paths: RunPaths, holder: LockHolder): WorkbenchError {
  return new WorkbenchError(
    'run',
    `${heldBy(paths, holder)}. Stop it with \`esrgan stop ${paths.name}\`, or wait.`,
  );
}

function lostError(paths: RunPaths): WorkbenchError {
  const holder = readLock(paths);
  const cause =
    holder === undefined
      ? 'its lock was deleted'
      : `process ${holder.pid} on ${holder.host} took it over, because this process sent no heartbeat for minutes (as on a suspended computer)`;
  return new WorkbenchError(
    'run',
    `This process no longer trains run ${paths.name} (${paths.root}): ${cause}. It writes nothing more. The run continues from its last checkpoint; check it with \`esrgan runs\`.`,
  );
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
