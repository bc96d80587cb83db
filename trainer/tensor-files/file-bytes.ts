import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { WorkbenchError } from '../errors/errors.ts';

/** Makes the error that names the file and what is wrong with it. */
export type Fail = (what: string) => WorkbenchError;

/**
 * Opens a file for reading, calls `use` with its descriptor and size in bytes, and closes it. Throws a `data` error, also
 * for a pointer of Git LFS.
 */
export function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const found = fstatSync(file);
    if (found.isDirectory()) throw new WorkbenchError('data', `Cannot read ${path}: it is a folder.`);
    if (isPointer(file, found.size)) {
      throw new WorkbenchError(
        'data',
        `${path} only points to the file itself, which Git LFS keeps elsewhere. Fetch it: git lfs pull.`,
      );
    }
    return use(file, found.size);
  } finally {
    closeSync(file);
  }
}

/** Whether a file is what a repository has in place of a large one where Git LFS did not fetch it. */
function isPointer(file: number, size: number): boolean {
  const start = Buffer.alloc(pointerStart.length);
  return size < 1024 && readSync(file, start, 0, start.length, 0) > 0 && start.equals(pointerStart);
}

const pointerStart = Buffer.from('version https://git-lfs.github.com/spec/');

/** Exactly `length` bytes from `position` on, which the caller has compared with the size of the file. */
export function readBytes(
  file: number,
  position: number,
  length: number,
  fail: Fail,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    // A single read takes less than 2 GiB.
    const read = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (read === 0) throw fail('it became shorter while it was read');
    done += read;
  }
  return bytes;
}

function unreadable(path: string, error: unknown): WorkbenchError {
  return new WorkbenchError(
    'data',
    `Cannot read ${path}: ${error instanceof Error ? error.message : error}.`,
  );
}
