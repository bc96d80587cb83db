import { closeSync, constants, fstatSync, openSync, readFile, type Stats, statSync } from 'node:fs';
import { promisify } from 'node:util';

/** What a path leads to; undefined if nothing is there or the file system does not say. Never throws. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/**
 * Opens a file for reading, and never waits. Folders, devices and named pipes are refused: reading from them can wait, or
 * continue, without end.
 *
 * @throws Error of the file system; or one without a `code` that says what the path leads to
 */
export function openRegularFile(path: string): number {
  return open(path, statSync(path));
}

/** As `openRegularFile`; undefined if nothing is there, which costs less than an error. */
export function openIfThere(path: string): number | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && open(path, found);
}

/** @param found before it is opened: that alone starts some devices */
function open(path: string, found: Stats): number {
  assertRegular(found);
  // A named pipe may have replaced the file since. Windows has no such flag and no named pipes in folders.
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    assertRegular(fstatSync(file));
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return file;
}

/**
 * Opens a file to append to it, and creates it. Never waits for a reader of a named pipe.
 *
 * @throws Error of the file system
 */
export function openToAppend(path: string): number {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NONBLOCK = 0 } = constants;
  return openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK);
}

/** The content of a file. Rejects as `openRegularFile` throws. */
export async function readRegularFile(path: string): Promise<Buffer<ArrayBuffer>> {
  const file = openRegularFile(path);
  try {
    return await promisify(readFile)(file);
  } finally {
    closeSync(file);
  }
}

function assertRegular(found: Stats): void {
  if (!found.isFile()) throw new Error(`it is ${kindOf(found)}, not a file`);
}

/** What something other than a regular file is, with its article. */
export function kindOf(found: Stats): string {
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  return found.isSocket() ? 'a socket' : 'a device';
}
