import { createHash } from 'node:crypto';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { discardSync } from '../../trainer/files/change-files.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { writableCacheFolder } from '../../trainer/files/user-folders.ts';

/** Maximum bytes of results. */
const maximumBytes = 1e9;

/** The folder of image results, in the user's cache; `environment` is that of the process. */
export function resultsFolder(environment: NodeJS.ProcessEnv): string {
  return join(writableCacheFolder(environment), 'results');
}

/** A file name that identifies these values. */
export function nameFor(...values: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32);
}

/** Changes whenever the file changes; a missing file has a stamp too. */
export function stampOf(path: string): string {
  const found = statOf(path);
  return `${path} ${found?.mtimeMs} ${found?.size}`;
}

/** Marks a folder of results as recently used, so that it is deleted late. */
export function touch(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // It is not there yet.
  }
}

/** Deletes the least recently used folders in `root` until the rest is within the limit. Never throws. */
export function prune(root: string, maximum: number = maximumBytes): void {
  const folders = readFolder(root)
    .map((path) => ({
      path,
      time: statOf(path)?.mtimeMs ?? 0,
      bytes: bytesIn(path),
    }))
    .sort((a, b) => b.time - a.time);
  let sum = 0;
  for (const [index, { path, bytes }] of folders.entries()) {
    sum += bytes;
    // The newest is being looked at.
    if (sum > maximum && index > 0) discardSync(path);
  }
}

function bytesIn(folder: string): number {
  return readFolder(folder).reduce((sum, path) => sum + (statOf(path)?.size ?? 0), 0);
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
