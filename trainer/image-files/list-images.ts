import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseGlob } from './glob.ts';

/** Whether a file with this name is an image for training or evaluation. Names that start with a dot are not. */
export function isImageFile(name: string): boolean {
  return /^[^.].*\.(png|jpe?g|webp|tiff?|bmp)$/i.test(name);
}

/**
 * Lists the image files (PNG, JPEG, WebP, TIFF, BMP by name) of a folder and its subfolders, or of a glob, or the named
 * file; sorted. Names that start with a dot are skipped. Undefined if the folder does not exist.
 */
export function listImages(pattern: string): string[] | undefined {
  const glob = existsSync(pattern) ? undefined : parseGlob(pattern);
  const folder = glob?.folder ?? pattern;
  if (!existsSync(folder)) return undefined;
  if (!statSync(folder).isDirectory()) return [folder];
  return filesBelow(folder, [])
    .filter((file) => isImageFile(basename(file)) && (glob?.matches(relative(folder, file)) ?? true))
    .sort();
}

/** Follows links, except back to a folder above. */
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
