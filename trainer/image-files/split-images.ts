import { createHash } from 'node:crypto';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { portablePath } from '../files/paths.ts';
import { statOf } from '../files/regular-file.ts';
import { listHrImages } from './list-images.ts';

/** The images of a folder for training and for validation, as run files name them: folders or globs. */
export interface SplitImages {
  readonly train: string;
  readonly val: string;
  /** Number of training images. */
  readonly count: number;
  /** The training images. */
  readonly images: readonly string[];
}

/** One in ten images is for validation, but no more than these: more would only make validation slower. */
const mostValidation = 10;

/** Names of folders that hold the images of one split already. */
const splitFolders = { train: ['train', 'training'], val: ['val', 'valid', 'validation', 'test'] };

/**
 * Splits the images of a folder. Its subfolders `train` and `val` are used if there are such; else one image in ten, by a
 * hash of its name, is for validation and all others are for training. Images that are added later are for training.
 * Undefined if the folder does not exist or has fewer than two images.
 */
export function splitImages(folder: string): SplitImages | undefined {
  const present = (names: readonly string[]) =>
    names.map((name) => join(folder, name)).find((path) => hasImages(path));
  const [train, val] = [present(splitFolders.train), present(splitFolders.val)];
  if (train !== undefined && val !== undefined) return splitOf(train, val);
  const images = listHrImages(folder) ?? [];
  const chosen = validationNames(images.map((path) => basename(path)));
  if (chosen.length === 0 || chosen.length === images.length) return undefined;
  const names = chosen.join('|');
  // `**` is any number of folders, also none.
  const isFlat = images.every((path) => dirname(path) === dirname(images[0] ?? ''));
  const inside = isFlat ? dirname(images[0] ?? '') : join(folder, '**');
  return splitOf(join(inside, `!(${names})`), join(inside, `@(${names})`));
}

function splitOf(train: string, val: string): SplitImages | undefined {
  const images = listHrImages(train) ?? [];
  if (images.length === 0 || (listHrImages(val) ?? []).length === 0) return undefined;
  return { train, val, count: images.length, images };
}

function hasImages(folder: string): boolean {
  return statOf(folder)?.isDirectory() === true && (listHrImages(folder) ?? []).length > 0;
}

/**
 * The names of the images for validation. Names with characters that mean something in a glob or in a run file are for
 * training.
 */
export function validationNames(names: readonly string[]): string[] {
  const count = Math.min(mostValidation, Math.max(1, Math.round(names.length / 10)));
  const plain = [...new Set(names)].filter((name) => /^[\p{L}\p{N} ._-]+$/u.test(name));
  if (names.length < 2) return [];
  return plain
    .toSorted((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1))
    .slice(0, count)
    .sort();
}

function hashOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

/**
 * A path as a run file in `folder` names it: relative to its folder or to the folder that contains that, else absolute.
 * With `/`, and with the braces of a literal `{scale}` doubled.
 */
export function writtenPath(folder: string, path: string): string {
  const way = portablePath(relative(folder, path));
  const isNear = !isAbsolute(way) && !way.startsWith('../../') && way !== '';
  return (isNear ? way : portablePath(path)).replaceAll('{scale}', '{{scale}}');
}
