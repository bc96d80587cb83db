import type { TensorShapes } from '../shapes.ts';
import { type PatchganOptions, patchganShapes } from './patchgan/shapes.ts';
import { type UnetOptions, unetShapes } from './unet/shapes.ts';
import { type VggDiscriminatorOptions, vggDiscriminatorShapes } from './vgg/shapes.ts';

/** Hyperparameters of a discriminator, by the names of the run file; `type` is the architecture. */
export type DiscriminatorOptions = VggDiscriminatorOptions | UnetOptions | PatchganOptions;

type OfRunFile<Options> = Options extends DiscriminatorOptions ? Omit<Options, 'img_channels'> : never;

export function discriminatorOptions(config: {
  readonly img_channels: number;
  readonly discriminator: OfRunFile<DiscriminatorOptions> & { readonly init?: string };
}): DiscriminatorOptions {
  const { init: _, ...settings } = config.discriminator;
  return { img_channels: config.img_channels, ...settings };
}

/** A convolution of a discriminator on a patch, for estimates of memory and time. */
export interface DiscriminatorLayer {
  /** Multiplications per pixel of the layer's result. */
  readonly multiplications: number;
  /** Channels of the result, and of its normalization if that is another map. */
  readonly channels: number;
  /** Height and width of the result. */
  readonly size: readonly [number, number];
}

/** What follows from a discriminator's hyperparameters without computing anything. */
export interface DiscriminatorShapes {
  /** As in PyTorch: filters `[O, I, kh, kw]`, matrices `[out, in]`, vectors. */
  readonly parameters: TensorShapes;
  /** Tensors that are saved but not trained by gradients: running statistics, vectors of spectral normalization. */
  readonly statistics: TensorShapes;
  /** Number of activated maps that feature matching can compare: those of all convolutions but one that computes logits. */
  readonly features: number;
  layers(height: number, width: number): DiscriminatorLayer[];
}

/** A new architecture adds its shapes here, and its network to `discriminators.ts`. */
export function discriminatorShapes(options: DiscriminatorOptions): DiscriminatorShapes {
  switch (options.type) {
    case 'vgg':
      return vggDiscriminatorShapes(options);
    case 'unet':
      return unetShapes(options);
    case 'patchgan':
      return patchganShapes(options);
  }
}
