import * as tf from '@tensorflow/tfjs-core';
import { planesOf, reflectedFilter, separable } from './planes.ts';

/** Side of the Gaussian, which BasicSR calls a radius of 50, and OpenCV's standard deviation for it, in pixels. */
const size = 51;
const sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8;

/** How much of the difference is added, and the least difference that is, in 0..1. */
const weight = 0.5;
const threshold = 10 / 255;

/**
 * The unsharp mask of Real-ESRGAN (Wang et al. 2021, section 3.4): adds the difference from a Gaussian blur where it is above the
 * threshold. The mask of these samples is blurred as well. Borders are reflected.
 *
 * @param images `[N, H, W, C]` in 0..1, as is the result
 */
export function sharpened(images: tf.Tensor4D): tf.Tensor4D {
  const [count, height, width, channels] = images.shape;
  const planes = planesOf(images);
  const taps = gaussian();
  const [vertical, horizontal] = [reflectedFilter(height, taps), reflectedFilter(width, taps)];
  const difference = tf.sub<tf.Tensor3D>(planes, separable(planes, vertical, horizontal));
  const isEdge = tf.cast(tf.greater<tf.Tensor3D>(tf.abs(difference), threshold), 'float32');
  const mask = separable(isEdge, vertical, horizontal);
  const sharp = tf.clipByValue(tf.add<tf.Tensor3D>(planes, tf.mul(difference, weight)), 0, 1);
  const mixed = tf.add(planes, tf.mul(mask, tf.sub(sharp, planes)));
  return tf.transpose<tf.Tensor4D>(tf.reshape(mixed, [count, channels, height, width]), [0, 2, 3, 1]);
}

function gaussian(): number[] {
  const taps = Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma ** 2)),
  );
  const sum = taps.reduce((total, tap) => total + tap, 0);
  return taps.map((tap) => tap / sum);
}
