import { basename, dirname } from 'node:path';
import type { AugmentationSettings, RunConfig } from '../../schemas/run-config.ts';
import { absolutePath } from './datasets.ts';
import { folderName } from './folder-name.ts';
import type { Augmentation, Dataset, ResolvedConfig } from './resolved.ts';

/**
 * Makes a valid config independent of its location: adds the name, makes paths absolute, adds the data sets that the
 * stages use, and resolves `true` and `false` in the augmentation.
 *
 * @param file path of the run file
 * @param known all data sets by name
 */
export function resolveConfig(
  config: RunConfig,
  file: string,
  known: ReadonlyMap<string, Dataset>,
): ResolvedConfig {
  const absolute = (path: string) => absolutePath(dirname(file), path);
  const { pretraining, training, perceptual_loss } = config;
  const named = new Set(
    [pretraining, training].flatMap((stage) => [...stage.train_datasets, ...stage.val_datasets]),
  );
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
    datasets: Object.fromEntries([...known].filter(([name]) => named.has(name))),
    augmentation: augmentationOf(config.augmentation),
  };
}

/** The run file's name without its extension, as a valid folder name. */
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
