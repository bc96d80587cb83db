import * as tf from '@tensorflow/tfjs-core';

/**
 * The losses of a relativistic average GAN (Jolicoeur-Martineau 2018, https://arxiv.org/abs/1807.00734;
 * ESRGAN, section 3.2). The discriminator says how much more real an image is than the average of the other
 * kind; the generator wants the opposite. Scores are logits `[N, 1]`.
 *
 * Both are halved, as the original program does; the paper's formulas are the sums. Twice the weight
 * `g_adversarial_loss_scaling` gives the paper's generator; Adam is indifferent to the discriminator's factor.
 */

/** The relative logits: of the real images against the average generated one, and the other way round. */
function relative(real: tf.Tensor, fake: tf.Tensor): { real: tf.Tensor; fake: tf.Tensor } {
  return {
    real: tf.sub(real, tf.mean(fake, 0, true)),
    fake: tf.sub(fake, tf.mean(real, 0, true)),
  };
}

/**
 * Mean binary cross-entropy of logits with one answer for all: `-log(sigmoid(x))` is `softplus(-x)`, which
 * stays finite where the sigmoid is 0 or 1.
 */
function crossEntropy(logits: tf.Tensor, answer: 0 | 1): tf.Scalar {
  return tf.mean<tf.Scalar>(tf.softplus(answer === 1 ? tf.neg(logits) : logits));
}

/** What the generator minimises, a scalar: generated images should look more real than the real ones. */
export function generatorAdversarialLoss(real: tf.Tensor, fake: tf.Tensor): tf.Scalar {
  const logits = relative(real, fake);
  return tf.div(tf.add(crossEntropy(logits.real, 0), crossEntropy(logits.fake, 1)), 2);
}

/** What the discriminator minimises, a scalar. */
export function discriminatorLoss(real: tf.Tensor, fake: tf.Tensor): tf.Scalar {
  const logits = relative(real, fake);
  return tf.div(tf.add(crossEntropy(logits.real, 1), crossEntropy(logits.fake, 0)), 2);
}

/**
 * How the discriminator judges on average, in 0..1: the probability that a real image looks more real than
 * the average generated one, and that a generated one looks more real than the average real one. At 0.5 it
 * cannot tell them apart; at 1 and 0 it has won.
 */
export function averageProbabilities(real: tf.Tensor, fake: tf.Tensor): { real: tf.Scalar; fake: tf.Scalar } {
  const logits = relative(real, fake);
  return {
    real: tf.mean<tf.Scalar>(tf.sigmoid(logits.real)),
    fake: tf.mean<tf.Scalar>(tf.sigmoid(logits.fake)),
  };
}
