import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../../engine/engine.ts';
import { type SpectralOutput, spectralConvolution } from '../spectral/normalization.ts';
import { type UnetOptions, unetConvolutions } from './shapes.ts';

/**
 * The U-Net discriminator of Real-ESRGAN (Wang et al. 2021, https://arxiv.org/abs/2107.10833, section 3.4;
 * UNetDiscriminatorSN): it rates every pixel. Maps are halved three times and doubled again by bilinear interpolation; skip
 * connections add the maps of the same size.
 *
 * @param tensors by their names in `unetShapes`, filters `[kh, kw, I, O]`
 * @param x `[N, H, W, img_channels]` in 0..1
 * @returns logits `[N, H, W, 1]`, and the activated maps before them, without those that skip connections add
 */
export function unet(options: UnetOptions, tensors: Tensors, x: tf.Tensor4D): SpectralOutput {
  const convolve = spectralConvolution(tensors);
  const [first, ...others] = unetConvolutions(options);
  const last = others.pop();
  if (!first || !last) throw new Error('The U-Net has too few convolutions.');
  let map = tf.leakyRelu(convolve(x, first), 0.2);
  let divisor = first.divisor;
  const features = [map];
  /** The maps before they are halved. */
  const skipped: tf.Tensor4D[] = [];
  for (const convolution of others) {
    if (convolution.divisor > divisor) skipped.push(map);
    const isDoubled = convolution.divisor < divisor;
    map = tf.leakyRelu(convolve(isDoubled ? doubled(map) : map, convolution), 0.2);
    features.push(map);
    if (isDoubled && options.skip_connection) map = tf.add(map, skipped.pop()!);
    divisor = convolution.divisor;
  }
  return { logits: convolve(map, last), features };
}

/** Bilinear interpolation to twice the height and width, as PyTorch's without `align_corners`. */
function doubled(map: tf.Tensor4D): tf.Tensor4D {
  return doubledAlong(doubledAlong(map, 1), 2);
}

/** Each entry becomes two: three quarters of it and a quarter of its neighbor before and after; the border is repeated. */
function doubledAlong(map: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
  const { shape } = map;
  const length = shape[axis];
  const part = (begin: number, size: number) => {
    const [n, height, width, channels] = shape;
    return axis === 1
      ? tf.slice4d(map, [0, begin, 0, 0], [n, size, width, channels])
      : tf.slice4d(map, [0, 0, begin, 0], [n, height, size, channels]);
  };
  const before = tf.concat([part(0, 1), part(0, length - 1)], axis);
  const after = tf.concat([part(1, length - 1), part(length - 1, 1)], axis);
  const own = tf.mul(map, 0.75);
  const pairs = tf.stack([tf.add(own, tf.mul(before, 0.25)), tf.add(own, tf.mul(after, 0.25))], axis + 1);
  const [n, height, width, channels] = shape;
  return axis === 1
    ? tf.reshape(pairs, [n, 2 * height, width, channels])
    : tf.reshape(pairs, [n, height, 2 * width, channels]);
}
