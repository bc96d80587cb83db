import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { globFolder, globToRegExp, isGlob } from './glob.ts';

/** Whether a name is that of an image to train on or to measure with; names that begin with a dot are not. */
export function isImageFile(name: string): boolean {
  return /^[^.].*\.(png|jpe?g|webp|tiff?|bmp)$/i.test(name);
}

/**
 * The image files (PNG, JPEG, WebP, TIFF, BMP by name) of a folder and all folders below it, of a glob, or the
 * one file named; sorted. Names that begin with a dot are left out. Undefined when there is no such folder.
 */
export function listImages(pattern: string): string[] | undefined {
  const isPattern = !existsSync(pattern) && isGlob(pattern);
  const folder = isPattern ? globFolder(pattern) : pattern;
  if (!existsSync(folder)) return undefined;
  if (!statSync(folder).isDirectory()) return [folder];
  const matches = isPattern ? globToRegExp(join(pattern).replaceAll('\\', '/')) : /^/;
  return filesBelow(folder, [])
    .filter((file) => isImageFile(basename(file)) && matches.test(file.replaceAll('\\', '/')))
    .sort();
}

/** Follows links, except back into a folder that it is in. */
function filesBelow(folder: string, within: readonly string[]): string[] {
  const real = realpathSync(folder);
  if (within.includes(real)) return [];
  return readdirSync(folder).flatMap((name) => {
    if (name.startsWith('.')) return [];
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) return filesBelow(path, [...within, real]);
    return found?.isFile() ? [path] : [];
  });
}
