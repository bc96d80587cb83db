import * as tf from '@tensorflow/tfjs-core';

/**
 * The losses of a relativistic average GAN (Jolicoeur-Martineau 2018, https://arxiv.org/abs/1807.00734;
 * ESRGAN, section 3.2). The discriminator learns to rate real images as more real than the average generated image, and
 * generated ones as less real than the average real image; the generator learns the opposite. `real` and `fake` are the
 * discriminator's logits `[N, 1]`.
 *
 * Both losses are halved, as in the original program; the paper's formulas are the sums. Doubling
 * `g_adversarial_loss_scaling` gives the paper's generator loss. Adam is invariant to the factor in the discriminator's.
 */

/** Each logit minus the average logit of the other kind. */
function relative(real: tf.Tensor, fake: tf.Tensor): { real: tf.Tensor; fake: tf.Tensor } {
  return {
    real: tf.sub(real, tf.mean(fake, 0, true)),
    fake: tf.sub(fake, tf.mean(real, 0, true)),
  };
}

/**
 * Mean binary cross-entropy of logits with one label for all: `-log(sigmoid(x))` is `softplus(-x)`, which is finite also
 * where the sigmoid rounds to 0 or 1.
 */
function crossEntropy(logits: tf.Tensor, label: 0 | 1): tf.Scalar {
  return tf.mean<tf.Scalar>(tf.softplus(label === 1 ? tf.neg(logits) : logits));
}

/** The generator's loss, a scalar. */
export function generatorAdversarialLoss(real: tf.Tensor, fake: tf.Tensor): tf.Scalar {
  const logits = relative(real, fake);
  return tf.div(tf.add(crossEntropy(logits.real, 0), crossEntropy(logits.fake, 1)), 2);
}

/** The discriminator's loss, a scalar. */
export function discriminatorLoss(real: tf.Tensor, fake: tf.Tensor): tf.Scalar {
  const logits = relative(real, fake);
  return tf.div(tf.add(crossEntropy(logits.real, 1), crossEntropy(logits.fake, 0)), 2);
}

/**
 * The discriminator's mean probabilities, in 0..1: that a real image is more real than the average generated one, and
 * that a generated image is more real than the average real one. At 0.5 it cannot distinguish them; at 1 and 0 it does so
 * perfectly.
 */
export function averageProbabilities(real: tf.Tensor, fake: tf.Tensor): { real: tf.Scalar; fake: tf.Scalar } {
  const logits = relative(real, fake);
  return {
    real: tf.mean<tf.Scalar>(tf.sigmoid(logits.real)),
    fake: tf.mean<tf.Scalar>(tf.sigmoid(logits.fake)),
  };
}
