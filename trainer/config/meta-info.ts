import { extname, relative } from 'node:path';
import { portablePath } from '../files/paths.ts';
import type { DatasetFiles } from './image-problems.ts';
import type { ImageSource } from './resolved.ts';

/** An image of a list, by its path in the folder of the HR images, and its LR image if the list names it. */
interface ListedImage {
  /** From 1. */
  readonly line: number;
  readonly hr: string;
  readonly lr?: string;
}

/** The images of a data set that its list names, in the order of the list. */
export interface ListedPairs {
  readonly pairs: readonly { readonly hr: string; readonly lr?: string }[];
  /** What is wrong, each with the list and its line. */
  readonly faults: readonly string[];
}

/** An image source with a list. */
export type ListedSource = ImageSource & { readonly meta_info: string };

export function isListed(source: ImageSource): source is ListedSource {
  return source.meta_info !== undefined;
}

/**
 * The lines of a `meta_info` list: `name`, `name (h,w,c)` as in BasicSR, or `HR name, LR name` as in Real-ESRGAN. Empty lines are
 * left out.
 */
export function parseMetaInfo(text: string): ListedImage[] {
  return text.split('\n').flatMap((written, index) => {
    const line = written.replace(/\s*\(\d+, *\d+(?:, *\d+)?\)\s*$/, '').trim();
    const [hr = '', lr] = line.split(/, +/).map((name) => name.replaceAll('\\', '/'));
    if (hr === '') return [];
    return { line: index + 1, hr, ...(lr !== undefined && { lr }) };
  });
}

/**
 * Finds the images of a list in the folders of its source. Without LR names in the list, an LR image has the name of its HR image,
 * with or without the suffix `x{scale}` or `_x{scale}`. Without an LR folder, LR names of the list do not count.
 */
export function listedPairs(source: ListedSource, scale: number, files: DatasetFiles): ListedPairs {
  const { hr, lr, meta_info: list } = source;
  const text = files.text(list);
  if (text === undefined) return { pairs: [], faults: [`${list} cannot be read`] };
  const images = parseMetaInfo(text);
  if (images.length === 0) return { pairs: [], faults: [`${list} names no images`] };
  const high = namesIn(hr, files);
  const low = lr === undefined ? undefined : namesIn(lr, files);
  const lowStems = new Map([...(low ?? [])].map(([name, path]) => [stemOf(name), path]));
  const faults: string[] = [];
  const pairs = images.flatMap((image) => {
    const path = high.get(image.hr.normalize());
    if (path === undefined) {
      faults.push(`${list}:${image.line}: ${image.hr} is not in ${hr}`);
      return [];
    }
    if (low === undefined) return { hr: path };
    const match = image.lr === undefined ? ofName(image.hr) : low.get(image.lr.normalize());
    if (match !== undefined) return { hr: path, lr: match };
    faults.push(
      image.lr === undefined
        ? `${list}:${image.line}: ${image.hr} has no LR image of its name in ${lr}`
        : `${list}:${image.line}: ${image.lr} is not in ${lr}`,
    );
    return [];
  });
  return { pairs, faults };

  function ofName(name: string): string | undefined {
    const stem = stemOf(name.normalize());
    const found = [stem, `${stem}x${scale}`, `${stem}_x${scale}`].find((each) => lowStems.has(each));
    return found === undefined ? undefined : lowStems.get(found);
  }
}

/** The images of a folder by their paths in it, with `/`. */
function namesIn(folder: string, files: DatasetFiles): ReadonlyMap<string, string> {
  const { images } = files.list(folder) ?? { images: [] };
  return new Map(images.map((path) => [portablePath(relative(folder, path)).normalize(), path]));
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
