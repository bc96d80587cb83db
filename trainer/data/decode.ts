import sharp from 'sharp';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { retry } from '../files/change-files.ts';
import { readRegularFile } from '../files/regular-file.ts';
import { formatCount } from '../format/format.ts';
import { fullRangeGray } from '../metrics/luma.ts';
import { decodeBmp, isBmp } from './bmp.ts';
import { decoding, maximumPixels } from './decoding.ts';
import type { Channels, Image } from './image.ts';
import { colorOf, toByte, withAlpha } from './image.ts';

/**
 * Decodes an image file for training and evaluation to `[height, width, channels]`: EXIF orientation applied, 16 bits
 * scaled to 8, CMYK converted, color profiles ignored. Alpha is removed, or with 4 channels opaque where there is none.
 *
 * @param channels 4 for RGB with alpha, 3 for RGB, 1 for grayscale; by default 1 for grayscale files and 3 for others
 * @throws WorkbenchError `data` if the file cannot be read, is truncated, damaged, or has more than `maximumPixels`
 */
export async function decodeImage(path: string, channels?: Channels): Promise<Image> {
  const bytes = await retry(() => readRegularFile(path)).catch((cause: Error) => {
    throw new WorkbenchError('data', `${path}: cannot read the file: ${cause.message}`, { cause });
  });
  const image = isBmp(bytes)
    ? ofBmp(decodeBmp(bytes, path), channels === 4)
    : await decodeBySharp(bytes, path, channels);
  return channels === 1 ? toGrey(image) : image;
}

async function decodeBySharp(bytes: Buffer, path: string, channels: Channels | undefined): Promise<Image> {
  try {
    const image = sharp(bytes, { ...decoding, ignoreIcc: true });
    const { space, width, height } = await image.metadata();
    if (width * height > maximumPixels) throw tooLarge(path, width, height);
    const grey = (channels ?? 1) === 1 && (space === 'b-w' || space === 'grey16');
    const is16Bit = space === 'grey16' || space === 'rgb16';
    const upright = image.autoOrient();
    const { data, info } = await (channels === 4 ? upright.ensureAlpha() : upright.removeAlpha())
      .toColourspace(is16Bit ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb')
      .raw({ depth: is16Bit ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const samples = is16Bit ? roundedTo8Bits(data) : data;
    return { width: info.width, height: info.height, channels: info.channels, data: samples };
  } catch (cause) {
    if (cause instanceof WorkbenchError) throw cause;
    // The first line of libvips' message is the most specific; it may end in a colon.
    const reason = messageOf(cause).match(/[^\n]*[^\n:\s]/)?.[0];
    throw new WorkbenchError(
      'data',
      `${path}: cannot decode the image: ${reason}. Remove the file, or replace it with a valid PNG, JPEG, WebP, TIFF or BMP file.`,
      { cause },
    );
  }
}

function tooLarge(path: string, width: number, height: number): WorkbenchError {
  return new WorkbenchError(
    'data',
    `${path} has ${width}x${height} pixels; training and evaluation decode whole images, of at most ${formatCount(Math.floor(maximumPixels / 1e6))} megapixels. Cut it into smaller images.`,
  );
}

function ofBmp(image: Image, hasAlpha: boolean): Image {
  if (!hasAlpha || image.channels === 4) return hasAlpha ? image : colorOf(image);
  const { width, height } = image;
  return withAlpha(image, { width, height, channels: 1, data: new Uint8Array(width * height).fill(255) });
}

/** Rounds to the nearest, as MATLAB's `im2uint8` does. libvips does not: it shifts, and grey otherwise than color. */
function roundedTo8Bits(bytes: Buffer): Uint8Array {
  const samples = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const rounded = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) rounded[i] = Math.round(samples[i]! / 257);
  return rounded;
}

function toGrey(image: Image): Image {
  if (image.channels === 1) return image;
  const grey = fullRangeGray(image);
  return { width: image.width, height: image.height, channels: 1, data: Uint8Array.from(grey.data, toByte) };
}

/** An image as the bytes of a PNG file: 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 channels (RGB, alpha). */
export function encodePng(image: Image): Promise<Buffer> {
  const { width, height, channels, data } = image;
  if (channels !== 1 && channels !== 2 && channels !== 3 && channels !== 4)
    throw new RangeError(`a PNG must have 1 to 4 channels, not ${channels}`);
  return sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels < 3 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
