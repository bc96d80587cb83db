import { join, resolve } from 'node:path';
import type { DatasetSettings, RunConfig } from '../../schemas/run-config.ts';
import { isWindowsPathElsewhere } from '../files/paths.ts';
import { replacePlaceholder, withoutPlaceholder } from './placeholder.ts';
import type { Dataset, ImageSource, Split } from './resolved.ts';

const splits: readonly Split[] = ['train', 'val'];

/**
 * The data sets that need no entry in a run file, as extracted to `dataDir` (DIV2K and BSDS500 from their authors'
 * archives, Set5 and Set14 in BasicSR's layout). If an archive has no LR images for the scale, they are made from HR.
 */
export function predefinedDatasets(
  dataDir: string,
  scale: number,
): Record<'div2k' | 'bsds500' | 'set5' | 'set14', DatasetSettings> {
  const bsds500 = join(dataDir, 'BSR', 'BSDS500', 'data', 'images');
  const ready = scale === 2 || scale === 4;
  const benchmark = (folder: string): DatasetSettings => ({
    hr: join(folder, 'GTmod12'),
    ...(ready && { lr: join(folder, `LRbicx${scale}`) }),
    downscale: 'bicubic',
    weight: 1,
  });
  return {
    div2k: {
      hr: { train: join(dataDir, 'DIV2K_train_HR'), val: join(dataDir, 'DIV2K_valid_HR') },
      ...(ready && {
        lr: {
          train: join(dataDir, 'DIV2K_train_LR_bicubic', `X${scale}`),
          val: join(dataDir, 'DIV2K_valid_LR_bicubic', `X${scale}`),
        },
      }),
      downscale: 'bicubic',
      weight: 1,
    },
    bsds500: {
      hr: { train: join(bsds500, 'train'), val: join(bsds500, 'val') },
      downscale: 'bicubic',
      weight: 1,
    },
    set5: benchmark(join(dataDir, 'Set5')),
    set14: benchmark(join(dataDir, 'Set14')),
  };
}

/**
 * Every data set that a run file can name: the predefined ones and its own. An entry with a predefined name replaces
 * it if it has `hr`, and otherwise overrides only the keys that it contains. Paths are made absolute from `folder`. A
 * data set without images is empty. With a degradation of all patches, training has no LR images: it makes its LR patches itself.
 */
export function allDatasets(config: RunConfig, folder: string): Map<string, Dataset> {
  const scale = config.scale_factor;
  const dataDir = withoutPlaceholder(absolutePath(folder, config.data_dir));
  const known = new Map<string, DatasetSettings>(Object.entries(predefinedDatasets(dataDir, scale)));
  for (const [name, entry] of Object.entries(config.datasets)) {
    known.set(name, entry.hr === undefined ? { ...known.get(name), ...entry } : entry);
  }
  const isDegraded = config.degradation.length > 0 && config.degradation_probability === 1;
  return new Map(
    [...known].map(([name, entry]) => {
      const dataset = datasetOf(entry, folder, scale);
      return [name, isDegraded ? withoutTrainingLr(dataset) : dataset];
    }),
  );
}

function withoutTrainingLr({ train, ...others }: Dataset): Dataset {
  return train === undefined ? others : { ...others, train: withoutLr(train) };
}

function withoutLr({ lr: _, ...source }: ImageSource): ImageSource {
  return source;
}

/** A path of a run file in `folder`. One of Windows stays as it is on other systems, where it leads nowhere. */
export function absolutePath(folder: string, path: string): string {
  return isWindowsPathElsewhere(path) ? path : resolve(folder, path);
}

function datasetOf(
  { hr, lr, meta_info, downscale, weight }: DatasetSettings,
  folder: string,
  scale: number,
): Dataset {
  const absolute = (path: string) => absolutePath(folder, replacePlaceholder(path, scale));
  const of = (images: DatasetSettings['hr'], split: Split) => {
    const path = typeof images === 'object' ? images[split] : images;
    return path === undefined ? undefined : absolute(path);
  };
  const sources = splits.flatMap((split) => {
    const [high, low, list] = [of(hr, split), of(lr, split), of(meta_info, split)];
    return high === undefined
      ? []
      : [
          [
            split,
            {
              hr: high,
              ...(low !== undefined && { lr: low }),
              ...(list !== undefined && { meta_info: list }),
              downscale,
              ...(split === 'train' && weight !== 1 && { weight }),
            },
          ],
        ];
  });
  return Object.fromEntries(sources);
}
