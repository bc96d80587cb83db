import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isImageName } from '../files/image-names.ts';

/**
 * Image files without the results of upscaling that are next to their originals on the disk, such as `a_x4.png` and
 * `a_x4-2.png`, `a_x2.5.png`, `a_3000w.png` or `a_12mp.png` next to `a.png`; `ax4.png`, the LR image of DIV2K, is not an original either.
 */
export function withoutUpscaled(paths: readonly string[]): string[] {
  const folders = new Map<string, ReadonlySet<string>>();
  const stemsIn = (folder: string) => {
    const known = folders.get(folder) ?? readStems(folder);
    folders.set(folder, known);
    return known;
  };
  return paths.filter((path) => {
    const original = /^(.+?)(?:_?x\d+(?:\.\d+)?|_(?:\d+w|\d+h|\d+w\d+h|\d+(?:\.\d+)?mp))(?:-\d+)?$/.exec(
      stemOf(basename(path)),
    )?.[1];
    return original === undefined || !stemsIn(dirname(path)).has(original);
  });
}

/** The names of the images in a folder without their extensions; none if it cannot be read. */
function readStems(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder).filter(isImageName).map(stemOf));
  } catch {
    return new Set();
  }
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}
