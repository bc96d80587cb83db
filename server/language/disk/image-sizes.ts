import { statOf } from '../../../trainer/files/regular-file.ts';
import { listHrImages } from '../../../trainer/image-files/list-images.ts';

/** The numbers of images in some folders or globs, and the bytes of all. */
export interface ImageSizes {
  readonly counts: readonly number[];
  readonly bytes: number;
}

/** Counts HR images and adds up their sizes: seconds for large data sets. Never throws. */
export function imageSizes(patterns: readonly string[]): ImageSizes {
  const lists = patterns.map((pattern) => listHrImages(pattern) ?? []);
  return {
    counts: lists.map(({ length }) => length),
    // An image may be deleted at this moment.
    bytes: lists.flat().reduce((sum, path) => sum + (statOf(path)?.size ?? 0), 0),
  };
}
