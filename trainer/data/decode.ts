import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { WorkbenchError } from '../errors/errors.ts';
import { fullRangeGray } from '../metrics/luma.ts';
import { decodeBmp, isBmp } from './bmp.ts';
import type { Image } from './image.ts';
import { toByte } from './image.ts';

/**
 * Decodes an image file for training and evaluation to `[height, width, channels]`: EXIF orientation applied, 16 bits
 * scaled to 8, alpha removed, CMYK converted, color profiles ignored.
 *
 * @param channels 3 for RGB, 1 for grayscale; by default 1 for grayscale files and 3 for others
 * @throws WorkbenchError `data` if the file cannot be read, is truncated or damaged
 */
export async function decodeImage(path: string, channels?: 1 | 3): Promise<Image> {
  const bytes = await readFile(path).catch((cause: Error) => {
    throw new WorkbenchError('data', `${path}: cannot read the file: ${cause.message}`, { cause });
  });
  const image = isBmp(bytes) ? decodeBmp(bytes, path) : await decodeBySharp(bytes, path, channels);
  return channels === 1 ? toGrey(image) : image;
}

async function decodeBySharp(bytes: Buffer, path: string, channels: 1 | 3 | undefined): Promise<Image> {
  try {
    const image = sharp(bytes, { failOn: 'error', ignoreIcc: true });
    const { space } = await image.metadata();
    const grey = channels !== 3 && (space === 'b-w' || space === 'grey16');
    const { data, info } = await image
      .autoOrient()
      .removeAlpha()
      .toColourspace(grey ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data };
  } catch (cause) {
    // The first line of libvips' message is the most specific; it may end in a colon.
    const reason = String(cause instanceof Error ? cause.message : cause).match(/[^\n]*[^\n:\s]/)?.[0];
    throw new WorkbenchError(
      'data',
      `${path}: cannot decode the image: ${reason}. Remove the file, or replace it with a valid PNG, JPEG, WebP, TIFF or BMP file.`,
      { cause },
    );
  }
}

function toGrey(image: Image): Image {
  if (image.channels === 1) return image;
  const grey = fullRangeGray(image);
  return { width: image.width, height: image.height, channels: 1, data: Uint8Array.from(grey.data, toByte) };
}

/** An RGB or grayscale image as the bytes of a PNG file. */
export function encodePng(image: Image): Promise<Buffer> {
  const { width, height, channels, data } = image;
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`a PNG must have 1 or 3 channels, not ${channels}`);
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
