import type {
  CompressionAugmentation,
  DropoutAugmentation,
  Operation,
  ResizeOperation,
  RunConfig,
  SpatialAugmentation,
} from '../../schemas/run-config.ts';
import type { Stage } from '../run-state/run-state.ts';
import { initFile } from './initial-weights.ts';
import type { Schedule } from './learning-rate.ts';
import type { LossSettings } from './losses.ts';
import type { OptimizerSettings } from './optimizer-settings.ts';

/** The images of one split of a data set. Paths are absolute. */
export interface ImageSource {
  /** Folder or glob of the high-resolution images. */
  readonly hr: string;
  /** Folder or glob of the low-resolution images; absent if `downscale` makes them from `hr`. */
  readonly lr?: string;
  /** A list of the images of the folder `hr` to use, see `parseMetaInfo`; absent for all. */
  readonly meta_info?: string;
  /** How low-resolution images are made if `lr` is absent. */
  readonly downscale: 'bicubic' | 'nearest';
  /** How often an epoch of training uses each image; absent for 1, and for validation. */
  readonly weight?: number;
}

export type Split = 'train' | 'val';

/** A data set by split; a split without images is absent. */
export type Dataset = { readonly [split in Split]?: ImageSource };

/** Augmentation settings, or `false` for off. */
export interface Augmentation {
  readonly spatial: Exclude<SpatialAugmentation, true>;
  readonly compression: Exclude<CompressionAugmentation, true>;
  readonly dropout: Exclude<DropoutAugmentation, true>;
}

export type {
  BlurOperation,
  DownscaleOperation,
  JPEGOperation,
  NoiseOperation,
  Operation,
  ResizeOperation,
  SharpenOperation,
  SincOperation,
  WebPOperation,
} from '../../schemas/run-config.ts';

/** How a resize computes its pixels. */
export type ResizeMode = keyof ResizeOperation['modes'];

/** The given keys of a section, with the losses, optimizers and schedules complete. */
type Complete<Section> = {
  readonly losses: readonly LossSettings[];
} & {
  readonly [Key in keyof Section as Exclude<
    Key,
    'losses' | 'g_content_loss_scaling'
  >]: Key extends `${string}optimizer`
    ? OptimizerSettings
    : Key extends `${string}schedule`
      ? Exclude<Section[Key], object> | Schedule
      : Section[Key];
};

/**
 * A run file with all defaults, absolute paths, all data sets that it uses, and the losses as lists: it has none of the
 * original's keys for them.
 */
export interface ResolvedConfig
  extends Omit<
    RunConfig,
    | 'name'
    | 'pretraining'
    | 'training'
    | 'datasets'
    | 'augmentation'
    | 'degradation'
    | 'content_loss'
    | 'perceptual_loss'
  > {
  readonly name: string;
  readonly pretraining: Complete<RunConfig['pretraining']>;
  readonly training: Complete<RunConfig['training']>;
  /** The data sets that the stages use. */
  readonly datasets: Readonly<Record<string, Dataset>>;
  readonly augmentation: Augmentation;
  /** How training makes LR patches from HR patches; none if the LR images are given or downscaled. */
  readonly degradation: readonly Operation[];
}

/** The image sources that a stage trains or validates on, in the order of the run file. */
export function imageSources(
  config: ResolvedConfig,
  stage: Stage,
  split: Split,
): (ImageSource & { readonly name: string })[] {
  const names = config[stage][split === 'train' ? 'train_datasets' : 'val_datasets'];
  return names.flatMap((name) => {
    const source = Object.hasOwn(config.datasets, name) ? config.datasets[name]?.[split] : undefined;
    return source ? [{ name, ...source }] : [];
  });
}

/** Whether the training stage continues from the pretraining of its run. */
export function startsFromPretraining({ training }: ResolvedConfig): boolean {
  return ['last', 'best'].includes(initFile(training.init));
}
