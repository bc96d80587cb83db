import { isListed, type ListedSource, listedPairs } from '../config/meta-info.ts';
import { pairImages } from '../config/pairs.ts';
import type { ImageSource } from '../config/resolved.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { datasetFiles } from '../image-files/dataset-files.ts';
import { findHrImages, findImages } from '../image-files/list-images.ts';

/** The files of one training example. */
export interface FilePair {
  readonly hr: string;
  /** Absent if `hr` is downscaled by `downscale`. */
  readonly lr?: string;
  readonly downscale: 'bicubic' | 'nearest';
  /** How often an epoch of training uses it; 1 by default. */
  readonly weight?: number;
}

/**
 * The files of a dataset: those of its list, or all, paired by `pairImages`.
 *
 * @param hr the HR images of a source without a list, by default all of `source.hr`
 * @throws WorkbenchError `data` if there are no images, or some have no counterpart, or are not there
 */
export function filePairs(source: ImageSource, scale: number, hr?: readonly string[]): FilePair[] {
  const { downscale, weight } = source;
  const others = { downscale, ...(weight !== undefined && { weight }) };
  return pathsOf(source, scale, hr).map((pair) => ({ ...pair, ...others }));
}

function pathsOf(source: ImageSource, scale: number, given?: readonly string[]): readonly Paths[] {
  if (isListed(source)) return ofList(source, scale);
  const hr = given ?? hrImagesOf(source);
  if (source.lr === undefined) return hr.map((file) => ({ hr: file }));
  const { pairs, hrAlone, lrAlone } = pairImages(hr, imagesOf(source.lr, findImages), scale);
  if (hrAlone.length > 0) {
    throw new WorkbenchError(
      'data',
      `${source.lr} has no low-resolution image for ${some(hrAlone)}. Each high-resolution image needs one with the same name, or with the name followed by x${scale} or _x${scale}.`,
    );
  }
  if (lrAlone.length > 0) {
    throw new WorkbenchError(
      'data',
      `${source.hr} has no high-resolution image for ${some(lrAlone)}. Add it, or remove the low-resolution image.`,
    );
  }
  return pairs;
}

type Paths = Pick<FilePair, 'hr' | 'lr'>;

function ofList(source: ListedSource, scale: number): readonly Paths[] {
  const { pairs, faults } = listedPairs(source, scale, datasetFiles);
  if (faults.length === 0) return pairs;
  throw new WorkbenchError('data', `${some(faults)}. Correct the list, or add the images.`);
}

/** With LR images, each HR image is the one that its LR image names. */
function hrImagesOf({ hr, lr }: ImageSource): readonly string[] {
  return imagesOf(hr, lr === undefined ? findHrImages : findImages);
}

/** LR images that have no HR images. @throws WorkbenchError `data` if there are none */
export function lrImagesOf(pattern: string): readonly string[] {
  return imagesOf(pattern, findImages);
}

function imagesOf(pattern: string, find: typeof findImages): readonly string[] {
  const found = find(pattern);
  if (found === undefined) {
    throw new WorkbenchError('data', `${pattern} does not exist. Enter a folder or a glob of images.`);
  }
  const { images, skipped } = found;
  if (images.length === 0) {
    const why = skipped.length > 0 ? `: ${some(skipped)}` : '';
    throw new WorkbenchError(
      'data',
      `${pattern} has no images (.png .jpg .jpeg .webp .tif .tiff .bmp)${why}.`,
    );
  }
  return images;
}

function some(files: readonly string[]): string {
  const named = files.slice(0, 3).join(', ');
  return files.length > 3 ? `${named} and ${files.length - 3} more` : named;
}
