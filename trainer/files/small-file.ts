import { closeSync, readSync } from 'node:fs';
import type { Guard } from '../guards/guards.ts';
import { type RetrySystem, retrySync } from './change-files.ts';
import { openIfThere } from './regular-file.ts';

/** What a file contains, or why that is not known. Reasons are clauses about the file. */
export type FileContent<T> =
  | { readonly state: 'read'; readonly value: T }
  | { readonly state: 'absent' }
  /** The file system does not let it be read, perhaps only now. */
  | { readonly state: 'unreadable'; readonly reason: string; readonly error: Error }
  /** It is not what it should be: no regular file, too large, or with another content. */
  | { readonly state: 'invalid'; readonly reason: string };

/** Far more than the files of any run need. */
const maximumJsonBytes = 16_000_000;

/** Reads a text file (UTF-8). Never throws and never waits, whatever the path leads to. */
export function readSmallFile(path: string, maximumBytes: number): FileContent<string> {
  try {
    const file = openIfThere(path);
    if (file === undefined) return { state: 'absent' };
    try {
      const value = readUpTo(file, maximumBytes);
      return value === undefined
        ? { state: 'invalid', reason: `it is larger than ${maximumBytes / 1e6} MB` }
        : { state: 'read', value };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return failureOf(error);
  }
}

/** Reads a JSON file. Never throws and never waits, whatever the path leads to. */
export function readJsonFile<T>(path: string, guard: Guard<T>): FileContent<T> {
  const read = readSmallFile(path, maximumJsonBytes);
  if (read.state !== 'read') return read;
  let value: unknown;
  try {
    value = JSON.parse(read.value);
  } catch {
    return { state: 'invalid', reason: 'it is not valid JSON' };
  }
  return guard(value)
    ? { state: 'read', value }
    : { state: 'invalid', reason: 'its content is not as this version writes it' };
}

/**
 * Repeats a reading for some seconds while Windows refuses it because another program has the file open. For callers that
 * act on the content; those that show it look again soon anyway.
 */
export function readLocked<T>(read: () => FileContent<T>, system?: RetrySystem): FileContent<T> {
  try {
    return retrySync(() => {
      const content = read();
      if (content.state === 'unreadable') throw content.error;
      return content;
    }, system);
  } catch (error) {
    return failureOf(error);
  }
}

/** Holds most files: a list of runs reads thousands. */
const buffer = Buffer.allocUnsafe(65_536);

/** The text of the whole file; undefined if it is larger. Its size is not asked for: some file systems report 0. */
function readUpTo(file: number, maximumBytes: number): string | undefined {
  let bytes = buffer;
  for (let length = 0; ; ) {
    const read = readSync(file, bytes, length, bytes.length - length, null);
    if (read === 0) return bytes.toString('utf8', 0, length);
    length += read;
    if (length > maximumBytes) return undefined;
    if (length === bytes.length) bytes = Buffer.concat([bytes], 4 * length);
  }
}

/** What an error of the file system, or of `openRegularFile`, says about a file. */
export function failureOf(error: unknown): FileContent<never> {
  if (!(error instanceof Error)) throw error;
  if (!('code' in error)) return { state: 'invalid', reason: error.message };
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return { state: 'absent' };
  return { state: 'unreadable', reason: error.message, error };
}
