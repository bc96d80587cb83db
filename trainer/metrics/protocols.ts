import { fullRangeGray, roundedStudioLuma, studioLuma } from './luma.ts';
import { type PerceptualMetric, perceptualMetricNames, type Score } from './metrics.ts';
import { psnr } from './psnr.ts';
import { cropBorder, type Samples } from './samples.ts';
import { downscaledSsim, ssim, windowSize } from './ssim.ts';

/** A way of measuring: color space, rounding and border. Scores of different protocols are not comparable. */
export interface Protocol {
  readonly description: string;
  /** Compares 8-bit images of equal shape, RGB or gray. Most protocols crop `crop` pixels at each side. */
  measure(sr: Samples, hr: Samples, crop: number): Score;
}

export type ProtocolName = 'paper-y' | 'basicsr-y' | 'rgb' | 'rgb-seed' | 'seed';

const peak = 255;

/** piq adds this to the error, so that equal images get 80 dB. */
const piqEpsilon = 1e-8;

/** The protocols. All measure the upscaled image as it is saved: clamped, rounded to 8 bits. */
export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  'paper-y': {
    description: "Y of MATLAB's rgb2ycbcr, rounded to 8 bits; border of `scale` pixels cropped",
    measure: cropping((image) => (image.channels === 1 ? image : roundedStudioLuma(image))),
  },
  'basicsr-y': {
    description: "Y of MATLAB's rgb2ycbcr, not rounded, as in BasicSR; border of `scale` pixels cropped",
    measure: cropping(studioLuma),
  },
  rgb: {
    description: 'R, G and B; border of `scale` pixels cropped',
    measure: cropping((image) => image),
  },
  'rgb-seed': {
    description:
      'R, G and B, no border cropped, SSIM of the downscaled image, as in the training of the original program',
    measure: (sr, hr) => ({ psnr: psnr(sr, hr, peak, piqEpsilon), ssim: downscaledSsim(sr, hr, peak) }),
  },
  seed: {
    description:
      'PSNR of full-range gray, SSIM of the downscaled R, G and B, no border cropped, as in the test program of the original',
    measure: (sr, hr) => ({
      psnr: psnr(fullRangeGray(sr), fullRangeGray(hr), peak, piqEpsilon),
      ssim: downscaledSsim(sr, hr, peak),
    }),
  },
};

/** The protocol of each perceptual metric. */
export const perceptualProtocols: Readonly<
  Record<PerceptualMetric, { readonly name: string; readonly description: string }>
> = {
  lpips: { name: 'lpips-vgg', description: 'LPIPS 0.1 on VGG16; no border cropped' },
  dists: { name: 'dists', description: 'DISTS on VGG16, images not resized; no border cropped' },
  niqe: {
    name: 'niqe',
    description:
      "NIQE, without the original, of Y of MATLAB's rgb2ycbcr, rounded to 8 bits; border of `scale` pixels cropped",
  },
};

/** The perceptual metric that a protocol measures; undefined for other protocols. */
export function perceptualMetricOf(protocol: string): PerceptualMetric | undefined {
  return perceptualMetricNames.find((metric) => perceptualProtocols[metric].name === protocol);
}

export const protocolNames = Object.keys(protocols).filter(isProtocolName);

export function isProtocolName(name: string): name is ProtocolName {
  return Object.hasOwn(protocols, name);
}

/** Smallest width and height that every protocol can measure. */
export function smallestMeasurable(crop: number): number {
  return windowSize + 2 * crop;
}

function cropping(convert: (image: Samples) => Samples): Protocol['measure'] {
  return (sr, hr, crop) => {
    const a = cropBorder(convert(sr), crop);
    const b = cropBorder(convert(hr), crop);
    return { psnr: psnr(a, b, peak), ssim: ssim(a, b, peak) };
  };
}
