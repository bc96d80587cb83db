import { dirname, extname, relative, resolve } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { isInside, portablePath } from '../files/paths.ts';
import { statOf } from '../files/regular-file.ts';
import { parseGlob } from '../image-files/glob.ts';
import { findImages } from '../image-files/list-images.ts';

/** An image to prepare. */
export interface SourceImage {
  readonly path: string;
  /** Its path in the folder of all, without the extension, with `/`. */
  readonly name: string;
}

/**
 * The images of a folder and its subfolders, or of a glob.
 *
 * @throws WorkbenchError `data` if there are none, or two differ only by their extensions, so that their results would have
 * one name; `usage` if the folder of the results is inside of it
 */
export function sourceImages(pattern: string, out?: string): readonly SourceImage[] {
  if (/\.(ya?ml|json)$/i.test(pattern) && statOf(pattern)?.isFile()) {
    throw new WorkbenchError('usage', `${pattern} is a run file. Name a folder or a glob of images.`);
  }
  const found = findImages(pattern);
  if (found === undefined) {
    throw new WorkbenchError('data', `${pattern} does not exist. Enter a folder or a glob of images.`);
  }
  if (found.images.length === 0) {
    throw new WorkbenchError('data', `${pattern} has no images (.png .jpg .jpeg .webp .tif .tiff .bmp).`);
  }
  const root = rootOf(pattern);
  if (out !== undefined && isInside(resolve(root), resolve(out))) {
    throw new WorkbenchError(
      'usage',
      `${out} is inside ${root}, whose images are read. Choose a folder for the results that is not inside it.`,
    );
  }
  const images = found.images.map((path) => ({
    path,
    name: portablePath(relative(root, path.slice(0, path.length - extname(path).length))),
  }));
  const named = new Map<string, string>();
  for (const { path, name } of images) {
    const other = named.get(name);
    if (other !== undefined) {
      throw new WorkbenchError(
        'data',
        `${other} and ${path} would have results of one name. Rename one of them, or remove it.`,
      );
    }
    named.set(name, path);
  }
  return images;
}

/** The folder that contains all images of a folder, of a glob, or of a path of one image. */
function rootOf(pattern: string): string {
  const found = statOf(pattern);
  if (found === undefined) return parseGlob(pattern)?.folder ?? pattern;
  return found.isDirectory() ? pattern : dirname(pattern);
}

/** The part of a name without the suffix of LR images: `0801x4` and `0801_x4` belong to `0801`. */
export function withoutScale(name: string): string {
  return name.replace(/_?x[2348]$/, '');
}
