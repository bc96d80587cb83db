import * as tf from '@tensorflow/tfjs-core';
import { type Criterion, criterionLoss } from './criteria.ts';
import { blockAverages, planesOf, separable } from './planes.ts';

/** Cb and Cr of ITU-R BT.601 from R, G and B in 0..1, in rows; both are in 0..1 with an offset that differences do not have. */
const chroma = [
  [-37.797, 112],
  [-74.203, -93.786],
  [112, -18.214],
].map((row) => row.map((weight) => weight / 255));

/**
 * Color consistency: the distance of the chroma (Cb and Cr of BT.601) of both images after blocks of `scale` pixels are
 * averaged, so that colors do not drift while details are free. The color loss of traiNNer.
 *
 * @param sr `[N, H, W, 3]` in 0..1, like `hr`
 */
export function colorLoss(criterion: Criterion, scale: number, sr: tf.Tensor4D, hr: tf.Tensor4D): tf.Scalar {
  const [, height, width] = sr.shape;
  const filter = tf.tensor4d(chroma.flat(), [1, 1, 3, 2]);
  const ofChroma = planesOf(tf.conv2d(tf.sub<tf.Tensor4D>(sr, hr), filter, 1, 'valid'));
  const averages = separable(ofChroma, blockAverages(height, scale), blockAverages(width, scale));
  return criterionLoss(criterion, averages, tf.zerosLike(averages));
}
