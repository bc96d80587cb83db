import type { FloatImage, Image } from '../data/image.ts';
import { toImage } from '../data/image.ts';
import type { ProtocolName } from '../evaluate/results/protocols.ts';
import { fullRangeGrey, roundedStudioLuma, studioLuma } from './color.ts';
import { psnr } from './psnr.ts';
import type { Samples } from './samples.ts';
import { cropBorder } from './samples.ts';
import { shrunkSsim, ssim } from './ssim.ts';

/** PSNR in dB (Infinity for equal images) and SSIM. */
export interface Score {
  readonly psnr: number;
  readonly ssim: number;
}

/** One way of measuring. Scores of two protocols must not be compared. */
export interface Protocol {
  /** Compares 8-bit images of equal shape, RGB or grey; `crop` pixels at each side may be left out. */
  measure(sr: Image, hr: Image, crop: number): Score;
}

const full8Bit = 255;
// piq adds this to the error, so that equal images get 80 dB.
const piqEpsilon = 1e-8;

/** The protocols by name. All measure the super-resolved image as it is saved: clamped, rounded to 8 bits. */
export const protocols = {
  'paper-y': {
    measure: (sr, hr, crop) =>
      compare(sr, hr, crop, (image) => (image.channels === 1 ? image : roundedStudioLuma(image))),
  },
  'basicsr-y': {
    measure: (sr, hr, crop) => compare(sr, hr, crop, studioLuma),
  },
  rgb: {
    measure: (sr, hr, crop) => compare(sr, hr, crop, (image) => image),
  },
  'rgb-seed': {
    measure: (sr, hr) => ({
      psnr: psnr(sr, hr, full8Bit, piqEpsilon),
      ssim: shrunkSsim(sr, hr, full8Bit),
    }),
  },
  seed: {
    measure: (sr, hr) => ({
      psnr: psnr(fullRangeGrey(sr), fullRangeGrey(hr), full8Bit, piqEpsilon),
      ssim: shrunkSsim(sr, hr, full8Bit),
    }),
  },
} satisfies Record<ProtocolName, Protocol>;

/** Smallest width and height that every protocol can measure. */
export function smallestMeasurable(crop: number): number {
  return 11 + 2 * crop;
}

/**
 * The scores that a run logs in validation, by the names of their protocols, so that they equal those of
 * `esrgan evaluate` for the same images. RGB in 0..1, rounded to 8 bits here; `crop` is the scale by custom.
 */
export function validationMetrics(
  sr: FloatImage,
  hr: FloatImage,
  crop: number,
): { rgb: Score; 'paper-y': Score } {
  const output = toImage(sr);
  const target = toImage(hr);
  return {
    rgb: protocols.rgb.measure(output, target, crop),
    'paper-y': protocols['paper-y'].measure(output, target, crop),
  };
}

function compare(sr: Image, hr: Image, crop: number, convert: (image: Image) => Samples): Score {
  const a = cropBorder(convert(sr), crop);
  const b = cropBorder(convert(hr), crop);
  return { psnr: psnr(a, b, full8Bit), ssim: ssim(a, b, full8Bit) };
}
