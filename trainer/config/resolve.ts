import { basename, dirname, resolve } from 'node:path';
import type { AugmentationSettings, RunConfig } from '../../schemas/run-config.ts';
import { folderName } from './folder-name.ts';
import type { Augmentation, Dataset, ResolvedConfig } from './resolved.ts';

/**
 * Makes a checked run file independent of where it lies: a name, absolute paths, the data sets that its
 * stages name spelt out, augmentation with its switches thrown. `file` is the run file's path.
 */
export function resolveConfig(
  config: RunConfig,
  file: string,
  known: ReadonlyMap<string, Dataset>,
): ResolvedConfig {
  const absolute = (path: string) => resolve(dirname(file), path);
  const { pretraining, training, perceptual_loss } = config;
  const named = [pretraining, training].flatMap((stage) => [...stage.train_datasets, ...stage.val_datasets]);
  return {
    ...config,
    name: config.name ?? nameOf(file),
    runs_dir: absolute(config.runs_dir),
    data_dir: absolute(config.data_dir),
    pretraining: {
      ...pretraining,
      ...(pretraining.init !== undefined && { init: absolute(pretraining.init) }),
    },
    training: {
      ...training,
      init: ['last', 'best'].includes(training.init) ? training.init : absolute(training.init),
    },
    perceptual_loss: typeof perceptual_loss === 'object' && {
      ...perceptual_loss,
      ...(perceptual_loss.weights !== undefined && { weights: absolute(perceptual_loss.weights) }),
    },
    datasets: Object.fromEntries([...known].filter(([name]) => named.includes(name))),
    augmentation: augmentationOf(config.augmentation),
  };
}

/** The run file's name without its ending, as a folder may be called. */
function nameOf(file: string): string {
  return folderName(basename(file).replace(/(\.esrgan)?\.(ya?ml|json)$/i, ''));
}

function augmentationOf(settings: AugmentationSettings): Augmentation {
  const parts =
    typeof settings === 'object' ? settings : { spatial: false, compression: false, dropout: false };
  const { spatial, compression, dropout } = parts;
  return {
    spatial: typeof spatial === 'object' && spatial,
    compression: typeof compression === 'object' && compression,
    dropout: typeof dropout === 'object' && dropout,
  };
}
