import { dirname, extname, relative } from 'node:path';

/** HR images with the LR images that belong to them, and what has no partner. */
export interface Pairs {
  readonly pairs: readonly { readonly hr: string; readonly lr: string }[];
  readonly hrAlone: readonly string[];
  readonly lrAlone: readonly string[];
}

/**
 * Pairs images by name: an LR image is called as its HR image, or that with `x{scale}` behind (DIV2K).
 * Endings may differ; folders below the common one of each list count. Order is that of `hr`.
 */
export function pairImages(hr: readonly string[], lr: readonly string[], scale: number): Pairs {
  const lrByStem = new Map(stems(lr).map((stem, i) => [stem, lr[i]!]));
  const partners = stems(hr).map((stem) => lrByStem.get(stem) ?? lrByStem.get(`${stem}x${scale}`));
  const used = new Set(partners);
  return {
    pairs: hr.flatMap((path, i) => {
      const partner = partners[i];
      return partner === undefined ? [] : [{ hr: path, lr: partner }];
    }),
    hrAlone: hr.filter((_, i) => partners[i] === undefined),
    lrAlone: lr.filter((path) => !used.has(path)),
  };
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
