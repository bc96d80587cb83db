import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { encodePng } from '../data/decode.ts';
import type { Image } from '../data/image.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { discardSync } from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { statOf } from '../files/regular-file.ts';
import { type ImageSize, imageSize } from '../image-files/image-size.ts';
import { diskError, isReservation, temporaryPath, writeNewFileAtomic } from '../runs/atomic-file.ts';

/**
 * Whether an image that earlier work made is there already. An empty file does not count.
 *
 * @throws WorkbenchError `data` if something else has its name: an image of another size, from other options
 */
export function isWritten(path: string, { width, height }: ImageSize): boolean {
  if (statOf(path) === undefined || isReservation(path)) return false;
  const found = imageSize(path);
  if (found?.width === width && found.height === height) return true;
  const what = found === undefined ? 'is not an image' : `has ${found.width}x${found.height} pixels`;
  throw new WorkbenchError(
    'usage',
    `${path} exists and ${what}, but now it would have ${width}x${height}. Choose another folder for the results, or delete the file.`,
  );
}

/** Whether an image was changed after one of its results that exist, by the times of the files. */
export function isNewer(path: string, results: readonly { readonly path: string }[]): boolean {
  const changed = statOf(path)?.mtimeMs;
  return (
    changed !== undefined && results.some((result) => changed > (statOf(result.path)?.mtimeMs ?? changed))
  );
}

/**
 * Writes an image as PNG, completely or not at all, and creates its folder. Never replaces a file.
 *
 * @throws WorkbenchError `disk`
 */
export async function writePng(path: string, image: Image): Promise<void> {
  const bytes = await encodePng(image);
  makeFolder(dirname(path));
  writeNewFileAtomic(path, bytes);
}

/**
 * Makes sure that a file can be written, before long work whose result it is; creates its folder.
 *
 * @throws WorkbenchError `disk`
 */
export function assertWritable(path: string): void {
  makeFolder(dirname(path));
  const probe = temporaryPath(path);
  try {
    writeFileSync(probe, '');
  } catch (error) {
    throw diskError(path, error);
  }
  discardSync(probe);
}

/** @throws WorkbenchError `disk` */
export function makeFolder(folder: string): void {
  try {
    createFolderSync(folder);
  } catch (error) {
    throw new WorkbenchError('disk', `Cannot create ${folder}: ${messageOf(error)}. Choose another folder.`, {
      cause: error,
    });
  }
}
