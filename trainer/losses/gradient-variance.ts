import * as tf from '@tensorflow/tfjs-core';

/** Weights of R, G and B in the gray image, as in the authors' program. */
const gray = [0.2989, 0.587, 0.114];

/**
 * Gradient variance loss (Abrahamyan et al. 2022, https://arxiv.org/abs/2202.00997): the mean squared difference of the variances of
 * the gradients in patches without overlap, summed over both directions. The gradients are those of Sobel's filters on the
 * gray image with a border of zeros; the variance is unbiased. It demands edges as sharp as those of the HR image.
 *
 * @param patch side of a patch in pixels; rows and columns that do not fill one are dropped
 * @param sr `[N, H, W, 3]` in 0..1, like `hr`
 */
export function gradientVarianceLoss(patch: number, sr: tf.Tensor4D, hr: tf.Tensor4D): tf.Scalar {
  const difference = tf.sub(variances(patch, sr), variances(patch, hr));
  // The mean over both directions is half the sum.
  return tf.mul<tf.Scalar>(tf.mean(tf.square(difference)), 2);
}

/** Variances of the gradients: `[N, H / patch, W / patch, 2]`. */
function variances(patch: number, images: tf.Tensor4D): tf.Tensor {
  const luma = tf.conv2d(images, tf.tensor4d(gray, [1, 1, 3, 1]), 1, 'valid');
  const gradients = tf.conv2d(luma, sobel(), 1, 'same');
  const [n, height, width] = gradients.shape;
  const [rows, columns] = [Math.floor(height / patch), Math.floor(width / patch)];
  const whole = tf.slice4d(gradients, [0, 0, 0, 0], [n, rows * patch, columns * patch, 2]);
  const patches = tf.reshape(whole, [n, rows, patch, columns, patch * 2]);
  const values = tf.reshape(tf.transpose(patches, [0, 1, 3, 2, 4]), [n * rows * columns, patch * patch, 2]);
  const centered = tf.sub(values, tf.mean(values, 1, true));
  const count = patch * patch;
  return tf.div(tf.sum(tf.square(centered), 1), count - 1);
}

/** Filters of the horizontal and the vertical gradient: `[3, 3, 1, 2]`. */
function sobel(): tf.Tensor4D {
  const [across, along] = [
    [-1, 0, 1],
    [1, 2, 1],
  ];
  const values = [0, 1, 2].flatMap((y) =>
    [0, 1, 2].flatMap((x) => [along![y]! * across![x]!, -across![y]! * along![x]!]),
  );
  return tf.tensor4d(values, [3, 3, 1, 2]);
}
