import type {
  CompressionAugmentation,
  DropoutAugmentation,
  PerceptualLoss,
  RunConfig,
  SpatialAugmentation,
} from '../../schemas/run-config.ts';
import type { Stage } from '../run-state/run-state.ts';

/** The images of one split of a data set. Paths are absolute. */
export interface ImageSource {
  /** Folder or glob of the high-resolution images. */
  readonly hr: string;
  /** Folder or glob of the low-resolution images; absent if `downscale` makes them from `hr`. */
  readonly lr?: string;
  /** How low-resolution images are made if `lr` is absent. */
  readonly downscale: 'bicubic' | 'nearest';
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

/** Settings of the perceptual loss if it is on. */
export type PerceptualLossSettings = Exclude<PerceptualLoss, boolean>;

/** A run file with all defaults, absolute paths and all data sets that it uses. */
export interface ResolvedConfig
  extends Omit<RunConfig, 'name' | 'datasets' | 'augmentation' | 'perceptual_loss'> {
  readonly name: string;
  /** The data sets that the stages use. */
  readonly datasets: Readonly<Record<string, Dataset>>;
  readonly augmentation: Augmentation;
  readonly perceptual_loss: PerceptualLossSettings | false;
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
  return training.init === 'last' || training.init === 'best';
}
