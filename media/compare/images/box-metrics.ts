import { roundedStudioLuma } from '../../../trainer/metrics/luma.ts';
import { psnr } from '../../../trainer/metrics/psnr.ts';
import type { Samples } from '../../../trainer/metrics/samples.ts';
import { ssim, windowSize } from '../../../trainer/metrics/ssim.ts';

/** RGBA pixels of a canvas, row by row, 0 to 255. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** PSNR and SSIM of a part of two images: in R, G and B, and in Y. */
export interface BoxScore {
  readonly rgb: ColorSpaceScore;
  readonly y: ColorSpaceScore;
}

/** PSNR in dB, Infinity for equal pixels; SSIM, null below 11x11 pixels. */
export interface ColorSpaceScore {
  readonly psnr: number;
  readonly ssim: number | null;
}

/** Explains the scores to the user. */
export const boxProtocol =
  'Measured inside the box, at 8 bits, without cropping a border. PSNR: 10 log10(255² / mean squared error). ' +
  'SSIM: Gaussian window of 11×11, σ 1.5, K 0.01 and 0.03, inside the box. ' +
  'rgb: R, G and B. Y: MATLAB’s rgb2ycbcr, rounded to 8 bits. ' +
  'The formulas are those of the protocols rgb and paper-y, but scores of a part do not compare with those of whole images.';

const peak = 255;

/** Measures two images of the same size by the protocols `rgb` and `paper-y`, without cropping a border. */
export function measureBox(sr: Pixels, hr: Pixels): BoxScore {
  const [a, b] = [rgbSamples(sr), rgbSamples(hr)];
  return { rgb: measure(a, b), y: measure(roundedStudioLuma(a), roundedStudioLuma(b)) };
}

function measure(a: Samples, b: Samples): ColorSpaceScore {
  const fitsWindow = Math.min(a.width, a.height) >= windowSize;
  return { psnr: psnr(a, b, peak), ssim: fitsWindow ? ssim(a, b, peak) : null };
}

function rgbSamples({ width, height, data }: Pixels): Samples {
  return { width, height, channels: 3, data: data.filter((_, i) => i % 4 !== 3) };
}

export function formatPsnr(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2) : '∞';
}

export function formatSsim(value: number | null): string {
  return value?.toFixed(4) ?? '–';
}

/** The scores as lines of text below an image. */
export function scoreLines({ rgb, y }: BoxScore): string[] {
  return [
    `box: PSNR rgb ${formatPsnr(rgb.psnr)}  Y ${formatPsnr(y.psnr)} dB`,
    `SSIM rgb ${formatSsim(rgb.ssim)}  Y ${formatSsim(y.ssim)}`,
  ];
}
