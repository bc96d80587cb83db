import { dirname, extname, relative } from 'node:path';

/** HR images with the LR images that belong to them, and what has no partner. */
export interface Pairs {
  readonly pairs: readonly { readonly hr: string; readonly lr: string }[];
  readonly hrAlone: readonly string[];
  readonly lrAlone: readonly string[];
}

/**
 * Pairs images by name: an LR image is called as its HR image, or that with `x{scale}` behind (DIV2K), and belongs
 * to one HR image only. Endings may differ; folders below the common one of each list count. Both lists are
 * sorted; order of the pairs is that of `hr`.
 */
export function pairImages(hr: readonly string[], lr: readonly string[], scale: number): Pairs {
  const free = new Map(stems(lr).map((stem, i) => [stem, lr[i]!]));
  const pairs: { hr: string; lr: string }[] = [];
  const hrAlone: string[] = [];
  for (const [i, stem] of stems(hr).entries()) {
    const found = [stem, `${stem}x${scale}`].find((name) => free.has(name)) ?? stem;
    const partner = free.get(found);
    free.delete(found);
    if (partner === undefined) hrAlone.push(hr[i]!);
    else pairs.push({ hr: hr[i]!, lr: partner });
  }
  const used = new Set(pairs.map((pair) => pair.lr));
  return { pairs, hrAlone, lrAlone: lr.filter((path) => !used.has(path)) };
}

/** Each path below the common folder of all, without its ending. */
function stems(paths: readonly string[]): string[] {
  const folder = paths.map((path) => dirname(path)).reduce(commonFolder, paths[0] ? dirname(paths[0]) : '');
  return paths.map((path) => relative(folder, path.slice(0, path.length - extname(path).length)));
}

function commonFolder(a: string, b: string): string {
  let folder = a;
  while (folder !== b && relative(folder, b).startsWith('..')) folder = dirname(folder);
  return folder;
}
