import { lstatSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { rename, rm, rmdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/*
 * All renames and deletions of files. Windows refuses them while another process has the file open, be it a virus
 * scanner, an indexer, a backup or a reader of ours. Such a process closes it soon, so they are tried again for some
 * seconds, as graceful-fs and VS Code do. The synchronous functions block this process meanwhile.
 */

/** What decides about another attempt; another one in tests. */
export interface RetrySystem {
  readonly platform: NodeJS.Platform;
  /** Milliseconds of a clock that is never set. */
  readonly now: () => number;
  readonly waitSync: (milliseconds: number) => void;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this process for so many milliseconds. */
export function waitSync(milliseconds: number): void {
  Atomics.wait(sleeper, 0, 0, milliseconds);
}

const thisSystem: RetrySystem = {
  platform: process.platform,
  now: () => performance.now(),
  waitSync,
  wait: delay,
};

/** Windows reports an open file by one of these, and a missing permission by the first two as well. */
const transientCodes = ['EPERM', 'EACCES', 'EBUSY', 'ENOTEMPTY'];

/** Milliseconds after which no further attempt starts. */
const patience = 10_000;

/** Milliseconds between two attempts: this much more each time, up to a limit. */
const pauseStep = 10;
const longestPause = 100;

/** The pause before the next attempt for each error that may pass; throws the error if there is no further attempt. */
function createPauses({ platform, now }: RetrySystem): (error: unknown) => number {
  const start = now();
  let pause = 0;
  return (error) => {
    const isTransient =
      platform === 'win32' &&
      error instanceof Error &&
      'code' in error &&
      transientCodes.includes(String(error.code));
    if (!isTransient || now() - start >= patience) throw error;
    pause = Math.min(pause + pauseStep, longestPause);
    return pause;
  };
}

/** Does `work`, which must be repeatable, and on Windows does it again while other processes have its files open. */
export function retrySync<T>(work: () => T, system: RetrySystem = thisSystem): T {
  const pauseFor = createPauses(system);
  while (true) {
    try {
      return work();
    } catch (error) {
      system.waitSync(pauseFor(error));
    }
  }
}

/** As `retrySync`, and does not block this process. */
export async function retry<T>(work: () => Promise<T>, system: RetrySystem = thisSystem): Promise<T> {
  const pauseFor = createPauses(system);
  while (true) {
    try {
      return await work();
    } catch (error) {
      await system.wait(pauseFor(error));
    }
  }
}

/** Renames a file, over an existing one, or a folder, to a path where there is none. */
export function moveSync(from: string, to: string, system?: RetrySystem): void {
  // Windows refuses to replace a folder by the same codes. That does not pass.
  if (isFolder(to)) renameSync(from, to);
  else retrySync(() => renameSync(from, to), system);
}

/** As `moveSync`, and does not block this process. */
export async function move(from: string, to: string, system?: RetrySystem): Promise<void> {
  if (isFolder(to)) await rename(from, to);
  else await retry(() => rename(from, to), system);
}

function isFolder(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    // In deletion, for example.
    return false;
  }
}

/** Deletes a file; no effect if it is missing. */
export function removeFileSync(path: string, system?: RetrySystem): void {
  retrySync(() => rmSync(path, { force: true }), system);
}

/** As `removeFileSync`, and does not block this process. */
export function removeFile(path: string, system?: RetrySystem): Promise<void> {
  return retry(() => rm(path, { force: true }), system);
}

/** Deletes a folder with its content; no effect if it is missing. */
export function removeFolderSync(path: string, system?: RetrySystem): void {
  retrySync(() => rmSync(path, { recursive: true, force: true }), system);
}

/** As `removeFolderSync`, and does not block this process. */
export function removeFolder(path: string, system?: RetrySystem): Promise<void> {
  return retry(() => rm(path, { recursive: true, force: true }), system);
}

/**
 * Deletes a file or folder that nobody needs, if possible. Never throws, so that cleaning up after an error does not hide
 * it.
 */
export function discardSync(path: string, system?: RetrySystem): void {
  try {
    removeFolderSync(path, system);
  } catch {
    // It remains.
  }
}

/** As `discardSync`, and does not block this process. */
export async function discard(path: string, system?: RetrySystem): Promise<void> {
  await removeFolder(path, system).catch(() => undefined);
}

/** Deletes a file if that is possible at once. Never throws. @returns whether it is gone */
export function tryRemoveFileSync(path: string): boolean {
  try {
    rmSync(path, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** Deletes a folder if it is empty and that is possible at once. Never throws. */
export function discardEmptyFolderSync(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It has content, or is missing.
  }
}

/** As `discardEmptyFolderSync`, and does not block this process. @returns whether it was deleted */
export async function discardEmptyFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch {
    return false;
  }
}
