import * as tf from '@tensorflow/tfjs-core';
import type { LossSettings } from '../config/index.ts';
import type { Tensors } from '../engine/engine.ts';
import { dists } from '../models/dists/network.ts';
import { lpips } from '../models/lpips/network.ts';
import { colorLoss } from './color.ts';
import { charbonnierLoss, criterionLoss, huberLoss } from './criteria.ts';
import { fftLoss, focalFrequencyLoss } from './frequency.ts';
import { gradientVarianceLoss } from './gradient-variance.ts';
import { ldlLoss } from './ldl.ts';
import { msSsimLoss } from './ms-ssim.ts';
import { perceptualLoss } from './perceptual.ts';
import { sharpened } from './sharpening.ts';

/** Images `[N, H, W, C]`, in 0..1 where they are of a data set. */
interface LossImages {
  readonly sr: tf.Tensor4D;
  readonly hr: tf.Tensor4D;
  /** Those of the EMA generator, where a loss of the list needs them. */
  readonly ema: tf.Tensor4D | undefined;
}

/**
 * A loss of the list `losses` of a stage, without its weight.
 *
 * Losses of colors and of features take gray images as RGB with equal channels.
 *
 * @param parameters of the network that the loss needs, see `lossTensors` of the stages; empty for most losses
 * @returns a scalar
 */
export function lossOf(settings: LossSettings, parameters: Tensors, { sr, hr, ema }: LossImages): tf.Scalar {
  switch (settings.type) {
    case 'l1':
    case 'l2':
      return criterionLoss(settings.type, sr, hr);
    case 'charbonnier':
      return charbonnierLoss(sr, hr, settings.eps);
    case 'huber':
      return huberLoss(sr, hr, settings.delta);
    case 'ms_ssim':
      return msSsimLoss(settings.scales, sr, hr);
    case 'perceptual':
      return perceptualLoss(settings, parameters, asRgb(sr), asRgb(hr));
    case 'fft':
      return fftLoss(sr, hr);
    case 'focal_frequency':
      return focalFrequencyLoss(settings, sr, hr);
    case 'ldl':
      if (!ema) throw new Error('LDL needs the images of the EMA generator.');
      return ldlLoss(sr, hr, ema);
    case 'color':
      return colorLoss(settings.criterion, settings.scale, sr, hr);
    case 'gradient_variance':
      return gradientVarianceLoss(settings.patch_size, asRgb(sr), asRgb(hr));
    case 'lpips':
      return lpips(parameters, asRgb(sr), asRgb(hr));
    case 'dists':
      return dists(parameters, asRgb(sr), asRgb(hr));
  }
}

/** Gray images `[N, H, W, 1]` with equal channels, RGB images as they are. */
function asRgb(images: tf.Tensor4D): tf.Tensor4D {
  return images.shape[3] === 1 ? tf.concat4d([images, images, images], 3) : images;
}

/** The losses of a list at a batch: each without its weight by its name, and their weighted sum. */
export function lossesOf(
  list: readonly LossSettings[],
  parametersOf: (index: number) => Tensors,
  images: LossImages,
): { total: tf.Scalar; byName: Record<string, tf.Scalar> } {
  const sharpHr = list.some(({ sharpen_hr }) => sharpen_hr) ? sharpened(images.hr) : images.hr;
  const values = list.map((settings, index) =>
    lossOf(settings, parametersOf(index), settings.sharpen_hr ? { ...images, hr: sharpHr } : images),
  );
  const weighted = values.map((value, index) => tf.mul<tf.Scalar>(value, list[index]!.weight));
  return {
    total: weighted.length > 0 ? tf.addN(weighted) : tf.scalar(0),
    byName: Object.fromEntries(values.map((value, index) => [list[index]!.name, value])),
  };
}
