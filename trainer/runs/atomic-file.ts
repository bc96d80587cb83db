import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import {
  discard,
  discardEmptyFolderSync,
  discardSync,
  move,
  moveSync,
  retrySync,
  waitSync,
} from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { failureOf } from '../files/small-file.ts';
import { formatBytes } from '../format/format.ts';
import { isProcessAlive, parseProcess, thisHost, thisProcess } from './processes.ts';

/**
 * Prefix of the names of files and folders that are still being written; readers ignore them. The process that writes
 * follows, so that others can recognize what a killed process left.
 */
const temporaryPrefix = '.tmp-';

/** A new name in the folder of `path` for a file or folder that will become `path`. */
export function temporaryPath(path: string, extension = ''): string {
  const unique = randomBytes(6).toString('hex');
  return join(dirname(path), `${temporaryPrefix}${thisProcess}-${unique}${extension}`);
}

type Content = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Writes a file completely or not at all: under a temporary name in the same folder, flushed to the disk, then
 * renamed. Throws a `disk` error that names the file; then the previous file still exists.
 */
export function writeFileAtomic(path: string, content: Content): void {
  writeThenPublish(path, content, (temporary) => moveSync(temporary, path));
}

/**
 * As `writeFileAtomic`, but never replaces a file.
 *
 * @returns false if `path` exists, which is unchanged then
 */
export function writeNewFileAtomic(path: string, content: Content): boolean {
  return writeThenPublish(path, content, (temporary) => publishNew(temporary, path));
}

function writeThenPublish<T>(path: string, content: Content, publish: (temporary: string) => T): T {
  const temporary = temporaryPath(path);
  try {
    writeFileDurably(temporary, toChunks(content));
    const published = publish(temporary);
    syncFolder(dirname(path));
    return published;
  } catch (error) {
    throw diskError(path, error);
  } finally {
    discardSync(temporary);
  }
}

/**
 * Gives a complete file the name `path`, unless a file has it: of several processes exactly one succeeds. File systems
 * without hard links reserve the name with an empty file; one that a killed process left there is replaced. `temporary`
 * may exist afterwards. Throws the errors of the file system.
 *
 * @returns false if `path` exists
 */
export function publishNew(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (isExistingFile(error)) return replaceReservation(temporary, path);
  }
  try {
    closeSync(openSync(path, 'wx'));
  } catch (error) {
    if (isExistingFile(error)) return replaceReservation(temporary, path);
    throw error;
  }
  try {
    moveSync(temporary, path);
    return true;
  } catch (error) {
    discardSync(path);
    throw error;
  }
}

/** Milliseconds: a process that lives renames its file over the empty one at once. */
const longestReservation = 1000;

function replaceReservation(temporary: string, path: string): boolean {
  for (let waited = 0; isReservation(path); waited += 100) {
    if (waited >= longestReservation) {
      moveSync(temporary, path);
      return true;
    }
    waitSync(100);
  }
  return false;
}

/** Whether `path` is an empty file: a name that is reserved for a process, which may have been killed. */
export function isReservation(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === 0;
}

/** Writes `value` atomically as JSON, indented for human readers. */
export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Creates a folder completely or not at all: `fill` writes files to a temporary folder (with `writeFileDurably`),
 * which is then renamed to `path`. `path` must not exist, or be an empty folder. Throws a `disk` error that names the
 * folder if writing fails; other errors of `fill` pass through.
 */
export function writeFolderAtomic(path: string, fill: (temporary: string) => void): void {
  const temporary = temporaryPath(path);
  try {
    createFolderSync(temporary);
    fill(temporary);
    syncFolder(temporary);
    // Windows replaces no folder, not even an empty one.
    discardEmptyFolderSync(path);
    moveSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    discardSync(temporary);
    throw diskError(path, error);
  }
}

/**
 * Deletes a folder; no process ever sees a part of it under its name. Throws a `disk` error; then the folder is whole. A
 * file that another program has open for long may remain under a temporary name.
 */
export async function removeFolderAtomic(path: string): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    await move(path, temporary);
  } catch (error) {
    throw diskError(path, error);
  }
  await discard(temporary);
}

/** Writes a file chunk by chunk, and flushes it to the disk before it returns. */
export function writeFileDurably(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  try {
    for (const chunk of chunks) writeAll(file, chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes all of `bytes`; a single write may take fewer, for example on a full disk. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

/** Makes renames in a folder survive a power cut. Windows neither needs nor allows it. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Names in a folder, to show them or to clean up; empty if it is missing or cannot be read. Never throws. */
export function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Names in a folder, for a caller that acts on them; empty if it is missing. Throws a `disk` error if it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return retrySync(() => readdirSync(folder));
  } catch (error) {
    const { state } = failureOf(error);
    if (state !== 'unreadable' && state !== 'invalid') return [];
    throw unreadable(folder, messageOf(error));
  }
}

/** The error for a file or folder that exists but cannot be read, perhaps only now: nothing is known about it. */
export function unreadable(path: string, reason: string): WorkbenchError {
  return new WorkbenchError(
    'disk',
    `${path} cannot be read: ${reason}. Check your permission to read it and that no other program has it open, then try again.`,
  );
}

const weekMs = 7 * 24 * 3600 * 1000;

/**
 * Deletes the incomplete files and folders that killed processes left in a folder. Those of a process whose state is
 * unknown, because it belongs to another host, are deleted after `graceMs`: 0 is for the only writer of the folder.
 */
export function removeTemporaries(folder: string, graceMs = weekMs): void {
  for (const name of readNames(folder)) {
    if (!name.startsWith(temporaryPrefix)) continue;
    const path = join(folder, name);
    const writer = parseProcess(name.slice(temporaryPrefix.length, name.lastIndexOf('-')));
    // It may be another program's.
    if (writer === undefined && graceMs > 0) continue;
    const isAbandoned =
      writer?.host === thisHost
        ? !isProcessAlive(writer.pid, writer.startTime)
        : graceMs === 0 || ageMs(path) > graceMs;
    if (isAbandoned) discardSync(path);
  }
}

function ageMs(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** Converts an error of the file system to a `disk` error with the path and the remedy; returns others unchanged. */
export function diskError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof WorkbenchError || !('code' in error)) return error;
  const code = String(error.code);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const reason = full
    ? `the disk is full or the quota is exceeded (${freeSpace(dirname(path))}); free some space or choose another runs_dir`
    : `${error.message}; check that the folder exists and is writable${openElsewhere}`;
  return new WorkbenchError('disk', `Cannot write ${path}: ${reason}.`, { cause: error });
}

/** Windows refuses changes of open files with the same errors. */
const openElsewhere =
  process.platform === 'win32' ? ', and that no other program has the file, or one in the folder, open' : '';

/** Whether an error of the file system says that a file or folder does not exist. */
export function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Whether an error of the file system says that a file or folder exists. */
function isExistingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `${formatBytes(bavail * bsize)} free`;
  } catch {
    return 'free space unknown';
  }
}

function toChunks(content: Content): Iterable<Uint8Array> {
  if (typeof content === 'string') return [Buffer.from(content)];
  return content instanceof Uint8Array ? [content] : content;
}
