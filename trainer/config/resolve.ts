import { basename, dirname } from 'node:path';
import type { AugmentationSettings, RunConfig } from '../../schemas/run-config.ts';
import { absolutePath } from './datasets.ts';
import { degradationPreset } from './degradation-presets.ts';
import { folderName } from './folder-name.ts';
import { initFile, withInitFile } from './initial-weights.ts';
import { completeSchedule } from './learning-rate.ts';
import { completeLosses } from './losses.ts';
import { completeOptimizer } from './optimizer-settings.ts';
import type { Augmentation, Dataset, Operation, ResolvedConfig } from './resolved.ts';

/**
 * Makes a valid config independent of its location: adds the name, makes paths absolute, adds the data sets that the
 * stages use, resolves `true` and `false` in the augmentation and the preset of a degradation, and completes losses,
 * optimizers and schedules.
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
  const located = (init: RunConfig['training']['init']) => withInitFile(init, absolute(initFile(init)));
  const { content_loss: _, perceptual_loss: __, ...rest } = config;
  const { discriminator } = config;
  const { schedule, ...pretraining } = config.pretraining;
  const { g_schedule, d_schedule, g_content_loss_scaling: ___, ...training } = config.training;
  const named = new Set(
    [pretraining, training].flatMap((stage) => [...stage.train_datasets, ...stage.val_datasets]),
  );
  return {
    ...rest,
    name: config.name ?? nameOf(file),
    runs_dir: absolute(config.runs_dir),
    data_dir: absolute(config.data_dir),
    pretraining: {
      ...pretraining,
      ...(schedule && { schedule: completeSchedule(schedule) }),
      optimizer: completeOptimizer(pretraining.optimizer, 'pretraining'),
      losses: completeLosses(config, 'pretraining', absolute),
      ...(pretraining.init !== undefined && { init: located(pretraining.init) }),
    },
    training: {
      ...training,
      ...(g_schedule && { g_schedule: completeSchedule(g_schedule) }),
      ...(d_schedule && { d_schedule: completeSchedule(d_schedule) }),
      g_optimizer: completeOptimizer(training.g_optimizer, 'training'),
      d_optimizer: completeOptimizer(training.d_optimizer, 'training'),
      losses: completeLosses(config, 'training', absolute),
      init: ['last', 'best'].includes(initFile(training.init)) ? training.init : located(training.init),
    },
    discriminator: {
      ...discriminator,
      ...(discriminator.init !== undefined && { init: absolute(discriminator.init) }),
    },
    samples: {
      ...config.samples,
      lr_images: config.samples.lr_images === null ? null : absolute(config.samples.lr_images),
    },
    datasets: Object.fromEntries([...known].filter(([name]) => named.has(name))),
    augmentation: augmentationOf(config.augmentation),
    degradation: degradationOf(config),
  };
}

/** The run file's name without its extension, as a valid folder name. */
function nameOf(file: string): string {
  return folderName(basename(file).replace(/(\.esrgan)?\.(ya?ml|json)$/i, ''));
}

function degradationOf({ degradation, scale_factor }: RunConfig): readonly Operation[] {
  return typeof degradation === 'string' ? (degradationPreset(degradation, scale_factor) ?? []) : degradation;
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
