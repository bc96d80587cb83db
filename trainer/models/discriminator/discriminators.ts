import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../../engine/engine.ts';
import type { UniformRandom } from '../random.ts';
import { patchgan } from './patchgan/network.ts';
import { patchganConvolutions } from './patchgan/shapes.ts';
import type { DiscriminatorOptions } from './shapes.ts';
import { initialSpectral } from './spectral/initial.ts';
import { nextVectors } from './spectral/normalization.ts';
import { unet } from './unet/network.ts';
import { unetConvolutions } from './unet/shapes.ts';
import type { ChannelStatistics } from './vgg/batch-norm.ts';
import { initialVgg } from './vgg/initial.ts';
import { vggDiscriminator } from './vgg/network.ts';

export interface DiscriminatorOutput {
  /** Higher for images that look real: `[N, 1]`, or a map `[N, h, w, 1]`. */
  readonly logits: tf.Tensor;
  /** The activated map of each convolution, as many as the `features` of its shapes. */
  readonly features: readonly tf.Tensor4D[];
  /** Statistics of the batch by the name of the normalization, such as `features.block_1.bn`. */
  readonly statistics: Readonly<Record<string, ChannelStatistics>>;
}

/** A kind of discriminator. Tensors go by the names of `discriminatorShapes`. */
interface DiscriminatorArchitecture<Options> {
  /**
   * The vectors of spectral normalization that all passes of a step have, in place of those in `tensors`; empty without
   * spectral normalization. They have no gradient.
   */
  vectors(options: Options, tensors: Tensors): Tensors;
  /**
   * A pass in training.
   *
   * @param tensors parameters and vectors, filters `[kh, kw, I, O]`
   * @param x `[N, H, W, img_channels]` in 0..1
   */
  forward(options: Options, tensors: Tensors, x: tf.Tensor4D): DiscriminatorOutput;
  /** Random initial weights and initial statistics, filters `[O, I, kh, kw]`. */
  initial(options: Options, random: UniformRandom): Map<string, HostTensor>;
}

/** The registry. */
const architectures: {
  readonly [Type in DiscriminatorOptions['type']]: DiscriminatorArchitecture<
    Extract<DiscriminatorOptions, { readonly type: Type }>
  >;
} = {
  vgg: { vectors: () => ({}), forward: vggDiscriminator, initial: initialVgg },
  unet: {
    vectors: (options, tensors) => nextVectors(unetConvolutions(options), tensors),
    forward: (options, tensors, x) => ({ ...unet(options, tensors, x), statistics: {} }),
    initial: (options, random) => initialSpectral(unetConvolutions(options), random),
  },
  patchgan: {
    vectors: (options, tensors) => nextVectors(patchganConvolutions(options), tensors),
    forward: (options, tensors, x) => ({ ...patchgan(options, tensors, x), statistics: {} }),
    initial: (options, random) => initialSpectral(patchganConvolutions(options), random),
  },
};

export function discriminatorArchitecture({
  type,
}: DiscriminatorOptions): DiscriminatorArchitecture<DiscriminatorOptions> {
  return architectures[type];
}
