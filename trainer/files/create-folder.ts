import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Creates a folder and those that contain it, where they are missing. `mkdir` of Node with `recursive` never ends, and blocks
 * all signals, where a folder exists but the system answers that it does not, as `/proc` of Linux: so they are created one
 * by one.
 *
 * @param mode of the folders that are created
 * @returns the first one that was created; undefined if none was missing
 * @throws the error of the system
 */
export function createFolderSync(folder: string, mode = 0o777): string | undefined {
  const path = resolve(folder);
  try {
    return createOne(path, mode);
  } catch (error) {
    const isParentMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isParentMissing || dirname(path) === path) throw error;
    const first = createFolderSync(dirname(path), mode);
    const created = createOne(path, mode);
    return first ?? created;
  }
}

/** @returns the folder; undefined if it exists */
function createOne(path: string, mode: number): string | undefined {
  try {
    mkdirSync(path, { mode });
    return path;
  } catch (error) {
    // Read-only disks and roots of drives have other codes than EEXIST.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    throw error;
  }
}
