import { basename, dirname } from 'node:path';
import { decodeImage } from '../data/decode.ts';
import type { Image } from '../data/image.ts';
import { pathIdentity } from '../files/paths.ts';
import { listPairs, readPair } from './evaluate.ts';
import { isHrFolder, lrFolder } from './results/test-set.ts';

/** An RGB image to upscale, and the original if it is known. */
export interface ReadImage {
  readonly lr: Image;
  /** RGB or grey, as in the file; the size is that of `lr` times the scale. */
  readonly hr: Image | undefined;
}

/**
 * Reads an image as an evaluation does. Role `hr`: an HR image of a test set; the LR image is that of the test set, or the
 * HR image downscaled as in MATLAB. Role `lr`: the image to upscale.
 *
 * @throws WorkbenchError `data` if files cannot be read or do not match
 */
export async function readImage(path: string, role: 'hr' | 'lr', scale: number): Promise<ReadImage> {
  if (role === 'lr') return { lr: await decodeImage(path, 3), hr: undefined };
  const dir = testSetOf(path) ?? dirname(path);
  const pair =
    lrFolder(dir, scale) === undefined
      ? undefined
      : listPairs({ name: basename(dir), dir }, scale).find(
          ({ hr }) => pathIdentity(hr) === pathIdentity(path),
        );
  return readPair(pair ?? { hr: path, downscale: 'bicubic' }, scale, scale);
}

/** The folder of the test set with a folder `HR` or `GTmod12` that contains an image. */
function testSetOf(path: string): string | undefined {
  const folder = dirname(path);
  if (isHrFolder(folder)) return dirname(folder);
  return folder === path ? undefined : testSetOf(folder);
}
