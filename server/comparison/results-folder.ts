import { createHash } from 'node:crypto';
import { readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Bytes of results that are kept. */
const maximumBytes = 1e9;

/** The folder of results on images, beside what else this program keeps for a person; `environment` as a process has it. */
export function resultsFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'esrgan-workbench', 'results');
}

/** A name for a file that stands for these values. */
export function nameFor(...values: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32);
}

/** What changes when a file does; also says so where there is none. */
export function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return `${path} ${found?.mtimeMs} ${found?.size}`;
}

/** Notes that a folder of results was asked for, so that it goes late. */
export function touch(folder: string): void {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // It is not there yet.
  }
}

/** Deletes the folders in `root` that were asked for longest ago, until what is left is not too much. Never throws. */
export function prune(root: string, maximum: number = maximumBytes): void {
  const folders = readFolder(root)
    .map((path) => ({
      path,
      time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
      bytes: bytesIn(path),
    }))
    .sort((a, b) => b.time - a.time);
  let sum = 0;
  for (const [index, { path, bytes }] of folders.entries()) {
    sum += bytes;
    // The newest is being looked at.
    if (sum > maximum && index > 0) rmSync(path, { recursive: true, force: true });
  }
}

function bytesIn(folder: string): number {
  return readFolder(folder).reduce(
    (sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}
