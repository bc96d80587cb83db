import { sortPaths } from '../files/paths.ts';
import { statOf } from '../files/regular-file.ts';
import { parseGlob } from '../image-files/glob.ts';
import { walk } from '../image-files/walk.ts';

/**
 * Collects the values of an argument. Windows' shells pass on patterns such as `*.jpg`, so one that names nothing is replaced
 * by the files and folders that it matches, sorted. A pattern without matches remains, as in a shell.
 */
export function expandPattern(name: string, earlier: readonly string[] = []): readonly string[] {
  const glob = statOf(name) === undefined ? parseGlob(name) : undefined;
  if (glob === undefined || typeof glob.selection === 'string') return [...earlier, name];
  const { files, folders } = walk(glob.folder, glob.selection);
  const matches = sortPaths([...files, ...folders]);
  return [...earlier, ...(matches.length > 0 ? matches : [name])];
}
