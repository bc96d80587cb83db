import { predefinedDatasets } from '../../config/datasets.ts';
import { imageSize } from '../../image-files/image-size.ts';
import { listImages } from '../../image-files/list-images.ts';
import { type DatasetName, datasetNames } from './sources.ts';

/** The images of a folder of a predefined dataset. */
export interface InventoryEntry {
  readonly name: DatasetName;
  readonly split: 'train' | 'val';
  readonly kind: 'HR' | 'LR';
  readonly folder: string;
  /** Their number; 0 if there is no such folder. */
  readonly images: number;
  /** Width and height of the images with the fewest and the most pixels; null if no image is readable. */
  readonly smallest: readonly [number, number] | null;
  readonly largest: readonly [number, number] | null;
}

/** The images of the predefined datasets in a data folder. Reads the header of every image. */
export function inventory(dataDir: string, scale: number): InventoryEntry[] {
  const settings = predefinedDatasets(dataDir, scale);
  return datasetNames.flatMap((name) => {
    const { hr, lr } = settings[name];
    return [
      ...foldersOf(hr).map(([split, folder]) => entryOf(name, split, 'HR', folder)),
      ...foldersOf(lr).map(([split, folder]) => entryOf(name, split, 'LR', folder)),
    ];
  });
}

type Folders = string | { readonly train?: string; readonly val?: string } | undefined;

/** A dataset with the same images for training and validation has one entry, `val`. */
function foldersOf(images: Folders): ['train' | 'val', string][] {
  if (typeof images === 'string') return [['val', images]];
  const { train, val } = images ?? {};
  return [
    ...(train === undefined ? [] : [['train', train] satisfies ['train', string]]),
    ...(val === undefined ? [] : [['val', val] satisfies ['val', string]]),
  ];
}

function entryOf(
  name: DatasetName,
  split: InventoryEntry['split'],
  kind: InventoryEntry['kind'],
  folder: string,
): InventoryEntry {
  const files = listImages(folder) ?? [];
  const sizes = files
    .flatMap((file) => imageSize(file) ?? [])
    .map(({ width, height }): [number, number] => [width, height])
    .sort((a, b) => a[0] * a[1] - b[0] * b[1]);
  return {
    name,
    split,
    kind,
    folder,
    images: files.length,
    smallest: sizes[0] ?? null,
    largest: sizes.at(-1) ?? null,
  };
}
