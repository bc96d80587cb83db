import { basename } from 'node:path';
import { isWindowsPathElsewhere } from '../files/paths.ts';
import { pairImages } from './pairs.ts';
import type { ImageSource } from './resolved.ts';

/** The images that a folder or glob contains. */
export interface ImageList {
  /** Sorted paths. */
  readonly images: readonly string[];
  /** What was left out and why, such as a subfolder that cannot be read. Clauses. */
  readonly skipped: readonly string[];
}

/** The access to the disk that the checks of a run file need. */
export interface DatasetFiles {
  /** `undefined` if the folder does not exist. */
  list(pattern: string): ImageList | undefined;
  /** As `list`, without upscaled images next to their originals. */
  listHr(pattern: string): ImageList | undefined;
  /** Size in pixels with the orientation applied; `undefined` if the image cannot be read. */
  size(path: string): { width: number; height: number } | undefined;
  exists(path: string): boolean;
  /** The content of a text file; `undefined` if it cannot be read. */
  text(path: string): string | undefined;
}

/** A problem with the images of one source. */
export interface ImageFault {
  readonly code: string;
  /** Default: error. */
  readonly severity?: 'warning';
  readonly key: 'hr' | 'lr' | 'meta_info';
  readonly message: string;
}

/** Whether a folder or the folder of a glob exists. */
export function isThere(pattern: string, files: DatasetFiles): boolean {
  return !isWindowsPathElsewhere(pattern) && files.list(pattern) !== undefined;
}

/** The HR images of a source. With LR images, each is the one that its LR image names, also if its name ends in `_x4`. */
export function hrImages({ hr, lr }: ImageSource, files: DatasetFiles): ImageList | undefined {
  return lr === undefined ? files.listHr(hr) : files.list(hr);
}

/** Checks that the folders of a source, which exist, contain images and can be read. */
export function folderFaults(source: ImageSource, files: DatasetFiles): ImageFault[] {
  return (['hr', 'lr'] as const).flatMap((key): ImageFault[] => {
    const pattern = source[key];
    if (pattern === undefined) return [];
    const found = key === 'hr' ? hrImages(source, files) : files.list(pattern);
    if (found === undefined) return [];
    const skipped = some(found.skipped, '; ');
    if (found.images.length === 0) {
      return [{ code: 'dataset-empty', key, message: `no images in ${pattern}${skipped && `: ${skipped}`}` }];
    }
    if (skipped === '') return [];
    return [{ code: 'dataset-incomplete', severity: 'warning', key, message: `skipped, because ${skipped}` }];
  });
}

/** Says that a path does not exist. */
export function missing(path: string): string {
  return `${path} does not exist${isWindowsPathElsewhere(path) ? ': it is a path of Windows' : ''}`;
}

/** Says that some paths do not exist. */
export function missingFolders(paths: readonly string[]): string {
  const [first = '', second] = paths;
  if (second === undefined) return missing(first);
  const others = paths.length === 2 ? second : `${paths.length - 1} other folders`;
  return `${first} and ${others} do not exist`;
}

/** Says what is wrong with a list of images. */
export function listFaults(faults: readonly string[]): ImageFault[] {
  return faults.length === 0 ? [] : [{ code: 'meta-info', key: 'meta_info', message: some(faults, '; ') }];
}

/** Checks HR images against their LR images: each needs a counterpart with its name. Then as `sizeFaults`. */
export function pairFaults(
  hr: readonly string[],
  lr: readonly string[],
  scale: number,
  files: DatasetFiles,
): ImageFault[] {
  const { pairs, hrAlone, lrAlone } = pairImages(hr, lr, scale);
  const faults: ImageFault[] = [];
  const alone = [
    ...hrAlone.map((path) => `HR ${basename(path)}`),
    ...lrAlone.map((path) => `LR ${basename(path)}`),
  ];
  if (alone.length > 0) {
    const counts = `${hr.length} HR and ${lr.length} LR images`;
    faults.push({
      code: hr.length === lr.length ? 'pairs-names' : 'pairs-count',
      key: 'lr',
      message: `${counts}; no counterpart of the same name (LR may end in x${scale} or _x${scale}) for ${some(alone)}`,
    });
  }
  return [...faults, ...sizeFaults(pairs, scale, files)];
}

/**
 * Checks that HR images are `scale` times as wide and high as their LR images; what a whole LR pixel more would need, training and
 * validation leave out. Does not report images that cannot be read.
 */
export function sizeFaults(
  pairs: readonly { readonly hr: string; readonly lr?: string }[],
  scale: number,
  files: DatasetFiles,
): ImageFault[] {
  const unequal = pairs.flatMap((pair) => {
    if (pair.lr === undefined) return [];
    const [high, low] = [files.size(pair.hr), files.size(pair.lr)];
    if (!high || !low) return [];
    const [width, height] = [Math.floor(high.width / scale), Math.floor(high.height / scale)];
    if (low.width === width && low.height === height) return [];
    return `${basename(pair.hr)} (HR ${high.width}x${high.height}, LR ${low.width}x${low.height})`;
  });
  if (unequal.length === 0) return [];
  const message = `HR images must be ${scale} times as large as LR images: ${some(unequal)}`;
  return [{ code: 'pairs-size', key: 'lr', message }];
}

/** Reports HR images that are smaller than the patch (height, width). */
export function smallImageFaults(
  hr: readonly string[],
  [height, width]: readonly [number, number],
  files: DatasetFiles,
): ImageFault[] {
  const small = hr.flatMap((path) => {
    const size = files.size(path);
    if (!size || (size.height >= height && size.width >= width)) return [];
    return `${basename(path)} (${size.width}x${size.height})`;
  });
  if (small.length === 0) return [];
  const patch = `the patch (${width}x${height})`;
  const message = `images smaller than ${patch}: ${some(small)}; reduce \`cr_patch_size\` or remove them`;
  return [{ code: 'images-smaller-than-patch', key: 'hr', message }];
}

/** The first three names. */
function some(names: readonly string[], separator = ', '): string {
  const rest = names.length - 3;
  return names.slice(0, 3).join(separator) + (rest > 0 ? ` and ${rest} more` : '');
}
