import { basename } from 'node:path';
import { pairImages } from './pairs.ts';
import type { ImageSource } from './resolved.ts';

/** The access to the disk that the checks of a run file need. */
export interface DatasetFiles {
  /** Sorted paths of the images that a folder or glob contains; `undefined` if the folder does not exist. */
  list(pattern: string): string[] | undefined;
  /** Size in pixels with the orientation applied; `undefined` if the image cannot be read. */
  size(path: string): { width: number; height: number } | undefined;
  exists(path: string): boolean;
}

/** A problem with the images of one source. */
export interface ImageFault {
  readonly code: string;
  readonly key: 'hr' | 'lr';
  readonly message: string;
}

/** Checks that the folders of a source exist and contain images. */
export function folderFaults(source: ImageSource, files: DatasetFiles): ImageFault[] {
  return (['hr', 'lr'] as const).flatMap((key) => {
    const pattern = source[key];
    const images = pattern === undefined ? undefined : files.list(pattern);
    if (pattern === undefined || (images && images.length > 0)) return [];
    return images
      ? { code: 'dataset-empty', key, message: `no images in ${pattern}` }
      : {
          code: 'dataset-missing',
          key,
          message: `${pattern} does not exist; set its location in \`data_dir\` or \`datasets\``,
        };
  });
}

/**
 * Checks HR images against their LR images: each needs a counterpart with its name, and HR must be exactly `scale`
 * times as wide and high. Does not report images that cannot be read.
 */
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
  const unequal = pairs.flatMap((pair) => {
    const [high, low] = [files.size(pair.hr), files.size(pair.lr)];
    if (!high || !low || (high.width === low.width * scale && high.height === low.height * scale)) return [];
    return `${basename(pair.hr)} (HR ${high.width}x${high.height}, LR ${low.width}x${low.height})`;
  });
  if (unequal.length > 0) {
    const message = `HR images must be exactly ${scale} times as large as LR images: ${some(unequal)}`;
    faults.push({ code: 'pairs-size', key: 'lr', message });
  }
  return faults;
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
function some(names: readonly string[]): string {
  const rest = names.length - 3;
  return names.slice(0, 3).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
