import * as tf from '@tensorflow/tfjs-core';

/** Mean and (biased) variance of each channel, `[C]`, over `count` values. */
export interface ChannelStatistics {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  readonly count: number;
}

/** PyTorch's defaults. */
const epsilon = 1e-5;
const momentum = 0.1;

/**
 * Batch normalization in training (Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167): normalizes each channel of
 * `x` `[N, H, W, C]` by the mean and variance of the batch, scales it by `gamma` and shifts it by `beta`, both `[C]`. The
 * returned statistics have no gradient.
 */
export function batchNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor,
  beta: tf.Tensor,
): { y: tf.Tensor4D; statistics: ChannelStatistics } {
  const axes = [0, 1, 2];
  const [n, height, width] = x.shape;
  const count = n * height * width;
  const mean = tf.mean(x, axes);
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes);
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const factor = tf.mul(inverse, gamma);

  // A custom gradient, because automatic differentiation makes many more passes over the map.
  const normalize = tf.customGrad((...inputs) => {
    const save = inputs.at(-1);
    if (typeof save === 'function') save([x, mean, inverse, factor]);
    return {
      value: tf.add<tf.Tensor4D>(tf.mul(x, factor), tf.sub(beta, tf.mul(mean, factor))),
      gradFunc: (dy: tf.Tensor4D, saved: tf.Tensor[]) => normalizationGradients(dy, saved, count),
    };
  });
  return { y: normalize(x, gamma, beta), statistics: { mean, variance, count } };
}

/**
 * Gradients of x, gamma and beta. With the normalized map z, dx is `factor * (dy - mean(dy) - z * mean(dy * z))`, computed
 * as a linear function of dy and x.
 */
function normalizationGradients(
  dy: tf.Tensor4D,
  [x, mean, inverse, factor]: readonly tf.Tensor[],
  count: number,
): tf.Tensor[] {
  if (!x || !mean || !inverse || !factor)
    throw new Error('The saved tensors of a batch normalization are missing.');
  const axes = [0, 1, 2];
  const dBeta = tf.sum(dy, axes);
  const dGamma = tf.mul(tf.sub(tf.sum(tf.mul(dy, x), axes), tf.mul(mean, dBeta)), inverse);
  const slope = tf.mul(tf.div(dGamma, count), tf.mul(factor, inverse));
  const offset = tf.sub(tf.mul(slope, mean), tf.mul(tf.div(dBeta, count), factor));
  const dx = tf.add(tf.sub(tf.mul(dy, factor), tf.mul(x, slope)), offset);
  return [dx, dGamma, dBeta];
}

/**
 * Running mean and variance after one more batch, as in PyTorch: an exponential moving average with weight 0.1 for the
 * batch, whose variance is unbiased.
 */
export function nextRunning(
  running: { readonly mean: tf.Tensor; readonly variance: tf.Tensor },
  { mean, variance, count }: ChannelStatistics,
): { mean: tf.Tensor; variance: tf.Tensor } {
  const average = (old: tf.Tensor, now: tf.Tensor) =>
    tf.add(tf.mul(old, 1 - momentum), tf.mul(now, momentum));
  return {
    mean: average(running.mean, mean),
    variance: average(running.variance, tf.mul(variance, count / (count - 1))),
  };
}
