import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../../engine/engine.ts';
import { type SpectralOutput, spectralConvolution } from '../spectral/normalization.ts';
import { type PatchganOptions, patchganConvolutions } from './shapes.ts';

/**
 * The PatchGAN discriminator of pix2pix (Isola et al. 2017, https://arxiv.org/abs/1611.07004, section 3.2) with spectral
 * instead of batch normalization, as KAIR and traiNNer-redux have it: it rates overlapping patches, of 70x70 pixels with
 * three layers.
 *
 * @param tensors by their names in `patchganShapes`, filters `[4, 4, I, O]`
 * @param x `[N, H, W, img_channels]` in 0..1
 * @returns logits, a map `[N, h, w, 1]`, and the activated maps before them
 */
export function patchgan(options: PatchganOptions, tensors: Tensors, x: tf.Tensor4D): SpectralOutput {
  const convolve = spectralConvolution(tensors);
  const convolutions = patchganConvolutions(options);
  const last = convolutions.pop();
  if (!last) throw new Error('The PatchGAN discriminator has no convolutions.');
  const features: tf.Tensor4D[] = [];
  let map = x;
  for (const convolution of convolutions) {
    map = tf.leakyRelu(convolve(map, convolution), 0.2);
    features.push(map);
  }
  return { logits: convolve(map, last), features };
}
