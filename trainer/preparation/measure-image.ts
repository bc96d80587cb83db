import { createHash } from 'node:crypto';
import { decodeImage } from '../data/decode.ts';
import type { Image } from '../data/image.ts';
import { gridStrength } from './measures/blockiness.ts';
import { blurEffect } from './measures/blur.ts';
import { spatialInformation } from './measures/detail.ts';
import { type Gray, grayOf } from './measures/gray.ts';
import { noiseDeviation } from './measures/noise.ts';
import { octaveRatio } from './measures/octaves.ts';
import { differenceHash, type PerceptualHash } from './measures/perceptual-hash.ts';

/** What one image alone shows. */
export interface ImageMeasures {
  readonly path: string;
  readonly width: number;
  readonly height: number;
  /** SHA-256 of size and pixels: equal for equal images in different files. */
  readonly digest: string;
  /** Standard deviation of the luma, in gray levels. */
  readonly contrast: number;
  /** Whether the file has color, but no pixel does. */
  readonly isGray: boolean;
  /** See `spatialInformation`. */
  readonly detail: number;
  /** See `noiseDeviation`. */
  readonly noise: number;
  /** See `blurEffect`. */
  readonly blur: number;
  /** See `gridStrength`. */
  readonly blockiness: number;
  /** See `octaveRatio`; null where it is not defined. */
  readonly octaves: number | null;
  readonly hash: PerceptualHash;
}

/** @throws WorkbenchError `data` if the image cannot be read */
export async function measureImage(path: string): Promise<ImageMeasures & { readonly gray: Gray }> {
  const image = await decodeImage(path);
  const gray = grayOf(image);
  return {
    path,
    width: image.width,
    height: image.height,
    digest: digestOf(image),
    contrast: deviationOf(gray.data),
    isGray: image.channels === 3 && isWithoutColor(image.data),
    detail: spatialInformation(gray),
    noise: noiseDeviation(gray),
    blur: blurEffect(gray),
    blockiness: gridStrength(gray),
    octaves: octaveRatio(gray) ?? null,
    hash: differenceHash(gray),
    gray,
  };
}

function digestOf({ width, height, channels, data }: Image): string {
  return createHash('sha256').update(`${width} ${height} ${channels}\n`).update(data).digest('hex');
}

function deviationOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

/** JPEG changes the color of gray images by a level or two. */
const mostColor = 3;

function isWithoutColor(rgb: Uint8Array): boolean {
  for (let i = 0; i < rgb.length; i += 3) {
    const [red, green, blue] = [rgb[i]!, rgb[i + 1]!, rgb[i + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > mostColor) return false;
  }
  return true;
}
