import type {
  CompressionAugmentation,
  DropoutAugmentation,
  PerceptualLoss,
  RunConfig,
  SpatialAugmentation,
} from '../../schemas/run-config.ts';
import type { Stage } from '../run-state/run-state.ts';

/** Where the images of one use of a data set are; paths are absolute. */
export interface ImageSource {
  /** Folder or glob of the high-resolution images. */
  readonly hr: string;
  /** Folder or glob of the low-resolution images; absent when `downscale` makes them from `hr`. */
  readonly lr?: string;
  /** How low-resolution images are made where `lr` is absent. */
  readonly downscale: 'bicubic' | 'nearest';
}

/** What a data set is used for. */
export type Split = 'train' | 'val';

/** A data set by its uses; one that it has no images for is absent. */
export type Dataset = { readonly [split in Split]?: ImageSource };

/** Augmentation with its switches thrown: settings, or `false` for off. */
export interface Augmentation {
  readonly spatial: Exclude<SpatialAugmentation, true>;
  readonly compression: Exclude<CompressionAugmentation, true>;
  readonly dropout: Exclude<DropoutAugmentation, true>;
}

/** How the perceptual loss is measured where it is not switched off. */
export type PerceptualLossSettings = Exclude<PerceptualLoss, boolean>;

/** A run file with every default filled in, every path absolute and every data set spelt out. */
export interface ResolvedConfig
  extends Omit<RunConfig, 'name' | 'datasets' | 'augmentation' | 'perceptual_loss'> {
  readonly name: string;
  /** The data sets that the stages name. */
  readonly datasets: Readonly<Record<string, Dataset>>;
  readonly augmentation: Augmentation;
  /** `false`: the training stage has none. */
  readonly perceptual_loss: PerceptualLossSettings | false;
}

/** The sources of images that a stage learns from or is validated on, in the order of the run file. */
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
