import { closeSync, fstatSync, readSync } from 'node:fs';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { retrySync } from '../files/change-files.ts';
import { openRegularFile } from '../files/regular-file.ts';

/** Creates the error for a file; `what` is a clause about it. */
export type Fail = (what: string) => WorkbenchError;

/**
 * Opens a file for reading, calls `use` with its descriptor and size in bytes, and closes it. Throws a `data` error if the
 * file cannot be read or is a pointer of Git LFS.
 */
export function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  let file: number;
  try {
    file = retrySync(() => openRegularFile(path));
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    const { size } = fstatSync(file);
    if (isPointer(file, size)) {
      throw new WorkbenchError(
        'data',
        `${path} is a Git LFS pointer, not the file itself. Run \`git lfs pull\` to download the file.`,
      );
    }
    return use(file, size);
  } finally {
    closeSync(file);
  }
}

/** Whether it is a pointer that Git LFS has not replaced by the file. */
function isPointer(file: number, size: number): boolean {
  const start = Buffer.alloc(pointerStart.length);
  return size < 1024 && readSync(file, start, 0, start.length, 0) > 0 && start.equals(pointerStart);
}

const pointerStart = Buffer.from('version https://git-lfs.github.com/spec/');

/** Exactly `length` bytes starting at `position`. The caller has checked that the file has them. */
export function readBytes(
  file: number,
  position: number,
  length: number,
  fail: Fail,
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    // One read is limited to 2 GiB.
    const read = readSync(file, bytes, done, Math.min(length - done, 2 ** 30), position + done);
    if (read === 0) throw fail('it was truncated while it was being read');
    done += read;
  }
  return bytes;
}

function unreadable(path: string, error: unknown): WorkbenchError {
  return new WorkbenchError('data', `Cannot read ${path}: ${messageOf(error)}.`);
}
