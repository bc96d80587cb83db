import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/**
 * Image files without the results of upscaling that are next to their originals on the disk, such as `a_x4.png` and
 * `a_x4-2.png` next to `a.png`; `ax4.png`, the LR image of DIV2K, is not an original either.
 */
export function withoutUpscaled(paths: readonly string[]): string[] {
  const folders = new Map<string, ReadonlySet<string>>();
  const stemsIn = (folder: string) => {
    const known = folders.get(folder) ?? readStems(folder);
    folders.set(folder, known);
    return known;
  };
  return paths.filter((path) => {
    const original = /^(.+?)_?x\d+(?:-\d+)?$/.exec(stemOf(basename(path)))?.[1];
    return original === undefined || !stemsIn(dirname(path)).has(original);
  });
}

/** What can be upscaled. */
const image = /\.(png|jpe?g|jpe|jfif|webp|tiff?|bmp|gif|avif)$/i;

/** The names of the images in a folder without their extensions; none if it cannot be read. */
function readStems(folder: string): ReadonlySet<string> {
  try {
    return new Set(
      readdirSync(folder)
        .filter((name) => image.test(name))
        .map(stemOf),
    );
  } catch {
    return new Set();
  }
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]*$/, '');
}
