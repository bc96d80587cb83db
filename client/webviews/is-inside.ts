import { isAbsolute, relative } from 'node:path';

/** Whether a path is a folder or below it, by their text alone: the disk is not read. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return isAbsolute(path) && !isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/.test(way);
}
