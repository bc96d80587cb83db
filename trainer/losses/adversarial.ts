import * as tf from '@tensorflow/tfjs-core';
import type { ResolvedConfig } from '../config/index.ts';

export type GanType = ResolvedConfig['training']['gan_type'];

/**
 * The adversarial losses of a batch, scalars. `real` and `fake` are the discriminator's outputs for real and generated
 * images, tensors of one shape: one number for each image, or a map of them.
 */
interface GanLoss {
  generator(real: tf.Tensor, fake: tf.Tensor): tf.Scalar;
  discriminator(real: tf.Tensor, fake: tf.Tensor): tf.Scalar;
  /** How the discriminator rates both kinds of images, on the scale of this loss. */
  ratings(real: tf.Tensor, fake: tf.Tensor): { real: tf.Scalar; fake: tf.Scalar };
}

const mean = (x: tf.Tensor): tf.Scalar => tf.mean<tf.Scalar>(x);
const half = (a: tf.Scalar, b: tf.Scalar): tf.Scalar => tf.div(tf.add(a, b), 2);
const probability = (logits: tf.Tensor): tf.Scalar => mean(tf.sigmoid(logits));

/**
 * Mean binary cross-entropy of logits with one label for all: `-log(sigmoid(x))` is `softplus(-x)`, which is finite also
 * where the sigmoid rounds to 0 or 1.
 */
function crossEntropy(logits: tf.Tensor, label: 0 | 1): tf.Scalar {
  return mean(tf.softplus(label === 1 ? tf.neg(logits) : logits));
}

function squaredDistance(outputs: tf.Tensor, target: 0 | 1): tf.Scalar {
  return mean(tf.square(target === 1 ? tf.sub(outputs, 1) : outputs));
}

/** Each logit minus the average logit of the other kind. */
function relative(real: tf.Tensor, fake: tf.Tensor): { real: tf.Tensor; fake: tf.Tensor } {
  const average = (logits: tf.Tensor) => tf.mean(tf.reshape(logits, [-1, 1]), 0, true);
  return { real: tf.sub(real, average(fake)), fake: tf.sub(fake, average(real)) };
}

/**
 * Relativistic average GAN (Jolicoeur-Martineau 2018, https://arxiv.org/abs/1807.00734; ESRGAN, section 3.2). The
 * discriminator learns to rate real images as more real than the average generated image, and generated ones as less real
 * than the average real image; the generator learns the opposite. Ratings are the mean probabilities of that, in 0..1: at
 * 0.5 the discriminator cannot distinguish the images.
 *
 * Both losses are halved, as in the original program and BasicSR; the paper's formulas are the sums. Doubling
 * `g_adversarial_loss_scaling` gives the paper's generator loss. Adam is invariant to the factor in the discriminator's.
 */
const ragan: GanLoss = {
  generator(real, fake) {
    const logits = relative(real, fake);
    return half(crossEntropy(logits.real, 0), crossEntropy(logits.fake, 1));
  },
  discriminator(real, fake) {
    const logits = relative(real, fake);
    return half(crossEntropy(logits.real, 1), crossEntropy(logits.fake, 0));
  },
  ratings(real, fake) {
    const logits = relative(real, fake);
    return { real: probability(logits.real), fake: probability(logits.fake) };
  },
};

/**
 * The original GAN with the generator's non-saturating loss (Goodfellow et al. 2014, https://arxiv.org/abs/1406.2661):
 * D minimizes `-log D(real) - log(1 - D(fake))`, G `-log D(fake)`, with D the sigmoid of the logits. Ratings are D's means,
 * in 0..1. The loss of Real-ESRGAN.
 */
const vanilla: GanLoss = {
  generator: (_, fake) => crossEntropy(fake, 1),
  discriminator: (real, fake) => tf.add(crossEntropy(real, 1), crossEntropy(fake, 0)),
  ratings: (real, fake) => ({ real: probability(real), fake: probability(fake) }),
};

/**
 * Least squares GAN (Mao et al. 2017, https://arxiv.org/abs/1611.04076) with the labels 1 and 0, without the paper's factors
 * of 1/2, as in BasicSR: D minimizes `(D(real) - 1)^2 + D(fake)^2`, G `(D(fake) - 1)^2`. Ratings are the mean outputs, usually
 * between the labels.
 */
const lsgan: GanLoss = {
  generator: (_, fake) => squaredDistance(fake, 1),
  discriminator: (real, fake) => tf.add(squaredDistance(real, 1), squaredDistance(fake, 0)),
  ratings: (real, fake) => ({ real: mean(real), fake: mean(fake) }),
};

/**
 * Hinge loss (Lim and Ye 2017, https://arxiv.org/abs/1705.02894): D minimizes `max(0, 1 - D(real)) + max(0, 1 + D(fake))`,
 * G `-D(fake)`. Ratings are the mean outputs; D is sure of a real image above 1 and of a generated one below -1.
 */
const hinge: GanLoss = {
  generator: (_, fake) => tf.neg(mean(fake)),
  discriminator: (real, fake) => tf.add(mean(tf.relu(tf.sub(1, real))), mean(tf.relu(tf.add(fake, 1)))),
  ratings: (real, fake) => ({ real: mean(real), fake: mean(fake) }),
};

/** By the names of the run file. */
export const ganLosses: Readonly<Record<GanType, GanLoss>> = { ragan, vanilla, lsgan, hinge };
