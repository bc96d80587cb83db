import { basename } from 'node:path';
import { pairImages } from './pairs.ts';
import type { ImageSource } from './resolved.ts';

/** What the checks of a run file want to know of the disk. */
export interface DatasetFiles {
  /** Sorted paths of the images in a folder or behind a glob; `undefined` when there is no such folder. */
  list(pattern: string): string[] | undefined;
  /** Size in pixels as the image is read, orientation applied; `undefined` when it cannot be read. */
  size(path: string): { width: number; height: number } | undefined;
  /** Whether a file or folder exists. */
  exists(path: string): boolean;
}

/** What is wrong with the images of one source. */
export interface ImageFault {
  readonly code: string;
  /** The half of the source that is wrong. */
  readonly key: 'hr' | 'lr';
  readonly message: string;
}

/** What is wrong with a source's folders: they must exist and hold images. */
export function folderFaults(source: ImageSource, files: DatasetFiles): ImageFault[] {
  return (['hr', 'lr'] as const).flatMap((key) => {
    const pattern = source[key];
    const images = pattern === undefined ? undefined : files.list(pattern);
    if (pattern === undefined || (images && images.length > 0)) return [];
    return images
      ? { code: 'dataset-empty', key, message: `there are no images in ${pattern}` }
      : {
          code: 'dataset-missing',
          key,
          message: `there is no ${pattern}: say in \`data_dir\` or \`datasets\` where it is`,
        };
  });
}

/**
 * What is wrong with HR images and the LR images that belong to them: each needs its partner by name, and
 * HR must be exactly `scale` times as wide and high. Images that cannot be read are not judged here.
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
      message: `${counts}, without a partner of the same name (LR may end in x${scale}): ${some(alone)}`,
    });
  }
  const unequal = pairs.flatMap((pair) => {
    const [high, low] = [files.size(pair.hr), files.size(pair.lr)];
    if (!high || !low || (high.width === low.width * scale && high.height === low.height * scale)) return [];
    return `${basename(pair.hr)} (HR ${high.width}x${high.height}, LR ${low.width}x${low.height})`;
  });
  if (unequal.length > 0) {
    const message = `HR is not exactly ${scale} times LR in ${some(unequal)}`;
    faults.push({ code: 'pairs-size', key: 'lr', message });
  }
  return faults;
}

/** HR images from which no patch (height, width) can be cut. */
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
  const patch = `the patch, ${width} wide and ${height} high`;
  const message = `images smaller than ${patch}: ${some(small)}; use a smaller \`cr_patch_size\` or leave them out`;
  return [{ code: 'images-smaller-than-patch', key: 'hr', message }];
}

/** Up to three of many names. */
function some(names: readonly string[]): string {
  const rest = names.length - 3;
  return names.slice(0, 3).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
