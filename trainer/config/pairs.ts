import { dirname, extname, relative } from 'node:path';

/** HR images with their LR images, and the images without a counterpart. */
export interface Pairs {
  readonly pairs: readonly { readonly hr: string; readonly lr: string }[];
  readonly hrAlone: readonly string[];
  readonly lrAlone: readonly string[];
}

/**
 * Pairs images by name: an LR image has the name of its HR image, with or without the suffix `x{scale}` (DIV2K) or
 * `_x{scale}`, and belongs to one HR image only. File extensions may differ, and whether accents are characters of their own,
 * as in names that a Mac wrote. Subfolders of the common folder of each list must match.
 * Both lists must be sorted; the pairs are in the order of `hr`.
 */
export function pairImages(hr: readonly string[], lr: readonly string[], scale: number): Pairs {
  const free = new Map(stems(lr).map((stem, i) => [stem, lr[i]!]));
  const pairs: { hr: string; lr: string }[] = [];
  const hrAlone: string[] = [];
  for (const [i, stem] of stems(hr).entries()) {
    const found = [stem, `${stem}x${scale}`, `${stem}_x${scale}`].find((name) => free.has(name)) ?? stem;
    const match = free.get(found);
    free.delete(found);
    if (match === undefined) hrAlone.push(hr[i]!);
    else pairs.push({ hr: hr[i]!, lr: match });
  }
  const used = new Set(pairs.map((pair) => pair.lr));
  return { pairs, hrAlone, lrAlone: lr.filter((path) => !used.has(path)) };
}

/** Each path relative to the common folder of all, without its extension, in one form of Unicode. */
function stems(paths: readonly string[]): string[] {
  const folder = paths.map((path) => dirname(path)).reduce(commonFolder, paths[0] ? dirname(paths[0]) : '');
  return paths.map((path) => relative(folder, path.slice(0, path.length - extname(path).length)).normalize());
}

function commonFolder(a: string, b: string): string {
  let folder = a;
  while (folder !== b && relative(folder, b).startsWith('..')) folder = dirname(folder);
  return folder;
}
