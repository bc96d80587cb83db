import { basename, dirname } from 'node:path';
import { decodeImage } from '../data/decode.ts';
import type { Image } from '../data/image.ts';
import { listPairs, readPair } from './evaluate.ts';

/** An image to be upscaled, RGB, and what the result is compared with where that is known. */
export interface ReadImage {
  readonly lr: Image;
  /** As in the file, RGB or grey; of `lr` times the scale. */
  readonly hr: Image | undefined;
}

/**
 * Reads an image as an evaluation does. Role `hr`: it is one of a test set, in its folder `HR` or `GTmod12`, and its
 * LR is the set's own or made as MATLAB does; an image elsewhere is a test set of its own. Role `lr`: it is upscaled
 * itself.
 *
 * @throws WorkbenchError `data` where files cannot be read or do not pair off
 */
export async function readImage(path: string, role: 'hr' | 'lr', scale: number): Promise<ReadImage> {
  if (role === 'lr') return { lr: await decodeImage(path, 3), hr: undefined };
  const dir = testSetOf(path);
  const pair =
    dir === undefined
      ? undefined
      : listPairs({ name: basename(dir), dir }, scale).find(({ hr }) => hr === path);
  return readPair(pair ?? { hr: path, downscale: 'bicubic' }, scale, scale);
}

/** The test set in whose HR folder an image lies. */
function testSetOf(path: string): string | undefined {
  const folder = dirname(path);
  if (['HR', 'GTmod12'].includes(basename(folder))) return dirname(folder);
  return folder === path ? undefined : testSetOf(folder);
}
