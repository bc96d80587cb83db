import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { formatBytes } from '../format/format.ts';

/** Names of files and folders that are being written begin so; no reader may take them for the real thing. */
export const temporaryPrefix = '.tmp-';

/**
 * Writes a file whole or not at all: under a temporary name in the same folder, flushed to the disk, then
 * renamed. Throws a `disk` error that names the file; the file that was there before is then still there.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  const temporary = temporaryPath(path);
  try {
    writeFileDurably(temporary, toChunks(content));
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw diskError(path, error);
  }
}

/** Writes `value` whole as indented JSON, which people read too. */
export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Makes a folder whole or not at all: `fill` puts files into a temporary folder (with `writeFileDurably`),
 * which is then renamed to `path`. `path` must not exist, or be an empty folder. Throws a `disk` error that
 * names the folder where writing fails; other errors of `fill` pass through.
 */
export function writeFolderAtomic(path: string, fill: (temporary: string) => void): void {
  const temporary = temporaryPath(path);
  try {
    mkdirSync(temporary, { recursive: true });
    fill(temporary);
    syncFolder(temporary);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    throw diskError(path, error);
  }
}

/** Deletes a folder so that nobody ever sees a part of it under its name. Throws a `disk` error. */
export function removeFolderAtomic(path: string): void {
  const temporary = temporaryPath(path);
  try {
    renameSync(path, temporary);
    rmSync(temporary, { recursive: true });
  } catch (error) {
    throw diskError(path, error);
  }
}

/** Writes a file piece by piece and flushes it to the disk before it returns. */
export function writeFileDurably(path: string, chunks: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w');
  try {
    for (const chunk of chunks) writeAll(file, chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Writes all of `bytes`; a single write may take fewer, near the end of the disk for one. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

/** Makes renames in a folder last through a power cut. Windows neither needs nor allows it. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Names in a folder; none where there is no such folder. */
export function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Deletes what killed processes left half written in a folder. Only the holder of the run's lock may do this:
 * it would also delete what another process is writing at this moment.
 */
export function removeTemporaries(folder: string): void {
  for (const name of readNames(folder)) {
    if (name.startsWith(temporaryPrefix)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** An error of the file system as one that says what could not be written and what helps; others unchanged. */
export function diskError(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof WorkbenchError || !('code' in error)) return error;
  const code = String(error.code);
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  const reason = full
    ? `the disk is full or the quota used up (${freeSpace(dirname(path))}); free some space or choose another runs_dir`
    : `${error.message}; check that the folder exists and may be written to`;
  return new WorkbenchError('disk', `Cannot write ${path}: ${reason}.`, { cause: error });
}

function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `${formatBytes(bavail * bsize)} free`;
  } catch {
    return 'free space unknown';
  }
}

function temporaryPath(path: string): string {
  return join(dirname(path), `${temporaryPrefix}${basename(path)}-${randomBytes(6).toString('hex')}`);
}

function toChunks(content: string | Uint8Array | Iterable<Uint8Array>): Iterable<Uint8Array> {
  if (typeof content === 'string') return [Buffer.from(content)];
  return content instanceof Uint8Array ? [content] : content;
}
