import { dirname } from 'node:path';
import { type DatasetFiles, defaultWeightsFile } from '../../../../trainer/config/index.ts';
import { asOnUnix } from '../../../unix.ts';

/** Width and height; `null` for an image that cannot be read. */
export type Size = readonly [width: number, height: number] | null;

/** A disk that holds these folders of images, these other files, in some folders what cannot be read, and texts; and VGG's weights. */
export function fakeFiles(
  folders: Record<string, Record<string, Size>>,
  others: string[] = [],
  skipped: Record<string, string[]> = {},
  hasVgg = true,
  texts: Record<string, string> = {},
): DatasetFiles {
  const sizes = new Map(
    Object.entries(folders).flatMap(([folder, images]) =>
      Object.entries(images).map(([name, size]): [string, Size] => [`${folder}/${name}`, size]),
    ),
  );
  const list = (path: string) => {
    const folder = asOnUnix(path);
    if (!Object.hasOwn(folders, folder)) return undefined;
    return {
      images: [...sizes.keys()].filter((file) => dirname(file) === folder).sort(),
      skipped: skipped[folder] ?? [],
    };
  };
  return {
    list,
    listHr: list,
    size: (path) => {
      const size = sizes.get(asOnUnix(path));
      return size ? { width: size[0], height: size[1] } : undefined;
    },
    exists: (path) =>
      sizes.has(asOnUnix(path)) ||
      others.includes(asOnUnix(path)) ||
      Object.hasOwn(texts, asOnUnix(path)) ||
      (hasVgg && path === defaultWeightsFile('vgg19')),
    text: (path) => texts[asOnUnix(path)],
  };
}

/** That many images of one size: `0001.png` and so on. */
export function images(count: number, size: Size, ending = '.png'): Record<string, Size> {
  const names = Array.from({ length: count }, (_, i) => `${String(i + 1).padStart(4, '0')}${ending}`);
  return Object.fromEntries(names.map((name) => [name, size]));
}
