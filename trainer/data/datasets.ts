import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pairImages } from '../config/pairs.ts';
import type { ImageSource } from '../config/resolved.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { globFolder, globToRegExp, isGlob } from './glob.ts';
import { imageSize } from './image-size.ts';

/** The files of one training example. */
export interface FilePair {
  readonly hr: string;
  /** Absent when the low resolution is made from `hr` by `downscale`. */
  readonly lr?: string;
  readonly downscale: 'bicubic' | 'nearest';
}

const imageFile = /\.(png|jpe?g|webp|tiff?|bmp)$/i;

/** What the validation of a run file asks about data sets. */
export const datasetFiles = { list: listImages, size: imageSize, exists: existsSync };

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
    .filter((file) => imageFile.test(file) && matches.test(file.replaceAll('\\', '/')))
    .sort();
}

/**
 * The files of a data set in the order in which they are numbered; `pairImages` says which LR belongs to which HR.
 *
 * @throws WorkbenchError `data` when there are no images or they do not pair off, naming the files.
 */
export function filePairs(source: ImageSource, scale: number): FilePair[] {
  const { downscale } = source;
  const hr = imagesOf(source.hr);
  if (source.lr === undefined) return hr.map((file) => ({ hr: file, downscale }));
  const { pairs, hrAlone, lrAlone } = pairImages(hr, imagesOf(source.lr), scale);
  if (hrAlone.length > 0) {
    throw new WorkbenchError(
      'data',
      `${source.lr} has no low-resolution image for ${some(hrAlone)}. Each needs its own, of the same name or of the name with x${scale} behind it.`,
    );
  }
  if (lrAlone.length > 0) {
    throw new WorkbenchError(
      'data',
      `${source.hr} has no high-resolution image for ${some(lrAlone)}. Add it, or remove the low-resolution image.`,
    );
  }
  return pairs.map((pair) => ({ ...pair, downscale }));
}

function imagesOf(pattern: string): string[] {
  const files = listImages(pattern);
  if (files === undefined) {
    throw new WorkbenchError('data', `${pattern} does not exist. Name a folder or a glob of images.`);
  }
  if (files.length === 0) {
    throw new WorkbenchError('data', `${pattern} has no images (.png .jpg .jpeg .webp .tif .tiff .bmp).`);
  }
  return files;
}

function some(files: readonly string[]): string {
  const named = files.slice(0, 3).join(', ');
  return files.length > 3 ? `${named} and ${files.length - 3} more` : named;
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
