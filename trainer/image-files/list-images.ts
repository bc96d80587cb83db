import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ImageList } from '../config/index.ts';
import { sortPaths } from '../files/paths.ts';
import { statOf } from '../files/regular-file.ts';
import { parseGlob } from './glob.ts';
import { withoutUpscaled } from './upscaled-images.ts';
import { everything, type Selection, walk, whyUnreadable } from './walk.ts';

/** Whether a file with this name is an image for training or evaluation. Names that start with a dot are not. */
export function isImageFile(name: string): boolean {
  return /^[^.].*\.(png|jpe?g|webp|tiff?|bmp)$/i.test(name);
}

/**
 * Finds the image files (PNG, JPEG, WebP, TIFF, BMP by name) of a folder and its subfolders, or of a glob, or the named
 * file. Names that start with a dot are left out. Undefined if the folder does not exist. Never throws.
 */
export function findImages(pattern: string): ImageList | undefined {
  const glob = statOf(pattern) === undefined ? parseGlob(pattern) : undefined;
  const folder = glob?.folder ?? pattern;
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory()) return imagesIn(folder, glob?.selection ?? everything);
    if (found === undefined || glob) return undefined;
    return found.isFile()
      ? { images: [folder], skipped: [] }
      : { images: [], skipped: [`${folder} is neither a file nor a folder`] };
  } catch (error) {
    return { images: [], skipped: [`${folder} ${whyUnreadable(error)}`] };
  }
}

function imagesIn(folder: string, selection: Selection | string): ImageList {
  if (typeof selection === 'string') return { images: [], skipped: [selection] };
  const { files, skipped } = walk(folder, selection);
  return { images: sortPaths(files.filter((file) => isImageFile(basename(file)))), skipped };
}

/** As `findImages`, without upscaled images that are next to their originals. */
export function findHrImages(pattern: string): ImageList | undefined {
  const found = findImages(pattern);
  return found && { ...found, images: withoutUpscaled(found.images) };
}

/** The images of `findHrImages`, without what was left out. */
export function listHrImages(pattern: string): readonly string[] | undefined {
  return findHrImages(pattern)?.images;
}

/** The images of `findImages`, without what was left out. */
export function listImages(pattern: string): readonly string[] | undefined {
  return findImages(pattern)?.images;
}
