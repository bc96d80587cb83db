import { closeSync, readSync } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { decodeBmp, isBmp } from '../data/bmp.ts';
import { decoding } from '../data/decoding.ts';
import type { FloatImage } from '../data/image.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { discard, retry } from '../files/change-files.ts';
import { nativePath } from '../files/paths.ts';
import { openRegularFile, readRegularFile } from '../files/regular-file.ts';
import type { Rect } from '../guards/rect.ts';
import { animationFrames } from '../image-files/image-size.ts';
import { unlessCancelled } from './cancel.ts';
import { diskFailure } from './disk-failure.ts';
import { exifOfTiff, iptcOfTiff } from './tiff-exif.ts';

/** Properties of an image file that upscaling preserves. */
export interface ImageTraits {
  /** 8 or 16 bits a sample. */
  readonly bits: 8 | 16;
  /** 1 grey, 2 grey with alpha, 3 RGB, 4 RGB with alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Dots per inch. */
  readonly density: number;
  /** Color profile of the samples; absent for sRGB. */
  readonly icc?: Buffer;
  /** The EXIF block without its thumbnail, which shows the image before rotation. */
  readonly exif?: Buffer;
  /** The XMP packet, with the orientation of the rotated image. */
  readonly xmp?: Buffer;
  readonly iptc?: Buffer;
  /** Of an animated GIF or WebP file. */
  readonly animation?: Animation;
}

/** The frames of an animation, each as large as the image. */
export interface Animation {
  readonly frames: number;
  /** Milliseconds for which each frame is shown. */
  readonly delay: readonly number[];
  /** How often the animation is shown; 0: for ever. */
  readonly loop: number;
}

/** The header of an image file. */
export interface ImageHeader extends ImageTraits {
  readonly path: string;
  /** Pixels, after the EXIF orientation has been applied. */
  readonly width: number;
  readonly height: number;
  /** `png`, `jpeg`, `webp`, `avif`, `tiff`, `gif`, ...: by content, not by name; `raw` for a bitmap (BMP). */
  readonly format: string;
  /** Whether reading converts the samples to sRGB, from CMYK for example. */
  readonly isConverted: boolean;
  /** Whether the EXIF orientation rotates or mirrors the image. */
  readonly isRotated: boolean;
  /** For the user: what reading changes or skips. */
  readonly notes: readonly string[];
}

/**
 * Reads the header of an image file.
 *
 * @throws WorkbenchError `data` for a file that is not an image, or whose samples are neither 8 nor 16 bits
 */
export async function readHeader(path: string): Promise<ImageHeader> {
  const metadataOf = (options: SharpOptions) =>
    openImage(path, options)
      .then((image) => image.metadata())
      .catch((cause: unknown) => unreadable(path, cause));
  const first = await metadataOf({});
  const isAnimated = (first.format === 'gif' || first.format === 'webp') && (first.pages ?? 1) > 1;
  const found = isAnimated ? await metadataOf({ animated: true }) : first;
  if (found.format === 'svg') {
    throw new WorkbenchError(
      'data',
      `${path} is a vector graphic (SVG) and has no pixels. Export it as PNG first.`,
    );
  }
  if (found.depth !== 'uchar' && found.depth !== 'ushort') {
    throw new WorkbenchError(
      'data',
      `${path} has samples of type ${found.depth}; only 8 and 16 bits are supported. Convert it to 16 bits first.`,
    );
  }
  const notes: string[] = [];
  const frames = found.format === 'png' ? animationFrames(path) : (found.pages ?? 1);
  if (frames > 1 && !isAnimated) {
    const remedy = found.format === 'png' ? '; convert the animated PNG to WebP or GIF for all' : '';
    notes.push(`only the first of ${frames} pages or frames is upscaled${remedy}`);
  }
  const isConverted = !/^(b-w|grey16|srgb|rgb|rgb16)$/.test(found.space);
  if (isConverted) notes.push(`colors are converted from ${found.space.toUpperCase()} to sRGB`);
  const exif = found.exif ?? (found.format === 'tiff' ? exifOfTiff(path) : undefined);
  const iptc = found.format === 'tiff' ? iptcOfTiff(path) : found.iptc;
  const grey = found.space === 'b-w' || found.space === 'grey16';
  return {
    path,
    width: isAnimated ? found.width : found.autoOrient.width,
    height: isAnimated ? (found.pageHeight ?? found.height) : found.autoOrient.height,
    format: found.format === 'heif' && found.compression === 'av1' ? 'avif' : found.format,
    bits: found.depth === 'ushort' ? 16 : 8,
    channels: grey ? (found.hasAlpha ? 2 : 1) : found.hasAlpha ? 4 : 3,
    density: found.density ?? 72,
    ...(found.icc && !isConverted ? { icc: found.icc } : {}),
    ...(exif ? { exif: withoutThumbnail(exif) } : {}),
    ...(found.xmp ? { xmp: withoutOrientation(found.xmp) } : {}),
    ...(iptc ? { iptc } : {}),
    ...(isAnimated
      ? {
          animation: {
            frames,
            delay: found.delay ?? Array.from({ length: frames }, () => 100),
            loop: found.loop ?? 0,
          },
        }
      : {}),
    isConverted,
    isRotated: (found.orientation ?? 1) > 1,
    notes,
  };
}

/** Size of the temporary file of `withPixels`. */
export function decodedBytes({ width, height, channels, bits, animation }: ImageHeader): number {
  return (width * height * (animation?.frames ?? 1) * (channels < 3 ? channels + 2 : channels) * bits) / 8;
}

/** Reads the pixels of an image in parts. */
export interface ImagePixels {
  /** For the user: what the decoder warned about; undefined if nothing. */
  readonly warning?: string | undefined;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Samples of a part of the image, 0 to 1. The frames of an animation are below each other. */
  read(part: Rect): Promise<FloatImage>;
}

/** Bytes before the samples of a libvips file. */
export const headerBytes = 64;

/**
 * Decodes an image, `[header.height, header.width, header.channels]`, into the file `temporary`, so that it need not fit
 * into memory. `use` reads from there; then the file is deleted. The EXIF orientation is applied, the color profile is
 * not, and 16 bits stay 16 bits.
 *
 * @param temporary path whose name ends in `.v`
 * @param part of an image without frames; by default all of it
 * @throws WorkbenchError `data` if the file is damaged or truncated; `disk` if `temporary` cannot be written;
 * `interrupted` as soon as `signal` aborts
 */
export async function withPixels<T>(
  header: ImageHeader,
  temporary: string,
  use: (pixels: ImagePixels) => Promise<T>,
  signal?: AbortSignal,
  part?: Rect,
): Promise<T> {
  const { path, bits, channels, isConverted, isRotated, animation } = header;
  const { width, height } = part ?? header;
  const folder = resolve(dirname(temporary));
  // libvips does not report why it cannot create a file.
  await writeFile(temporary, '').catch((cause: unknown) => {
    throw diskFailure(`${folder} cannot be written to`, cause);
  });
  try {
    // A rotated image may need its last row first. A sequential read would hold it in memory as a whole.
    const options = {
      ignoreIcc: !isConverted,
      sequentialRead: !isRotated,
      animated: animation !== undefined,
    };
    const decode = (failOn: 'warning' | typeof decoding.failOn) =>
      unlessCancelled(signal, async () => {
        const image = await openImage(path, { ...options, failOn });
        const upright = animation === undefined ? image.autoOrient() : image;
        return (part ? upright.extract({ left: part.x, top: part.y, width, height }) : upright)
          .toColourspace(bits === 16 ? 'rgb16' : 'srgb')
          .toFile(nativePath(temporary));
      });
    let warning: string | undefined;
    const info = await decode('warning').catch(async (refusal: unknown) => {
      if (refusal instanceof WorkbenchError) throw refusal;
      const tolerated = await decode(decoding.failOn).catch((cause: unknown) =>
        undecodable(path, folder, cause),
      );
      warning = `the decoder warns: ${reasonOf(refusal)}`;
      return tolerated;
    });
    const file = await retry(() => open(temporary));
    try {
      return await use({
        width,
        height,
        channels,
        warning,
        read: partReader(file, { width, channels, bits }, info.channels),
      });
    } finally {
      await file.close();
    }
  } finally {
    await discard(temporary);
  }
}

/** Reads parts. The last rows stay in memory, because the next tile needs other columns of the same rows. */
function partReader(
  file: FileHandle,
  { width, channels, bits }: Pick<ImageHeader, 'width' | 'channels' | 'bits'>,
  stored: number,
): ImagePixels['read'] {
  const rowBytes = (width * stored * bits) / 8;
  let cached = { y: 0, height: 0, bytes: new Uint8Array(0) };
  return async ({ x, y, width: columns, height }) => {
    if (cached.y !== y || cached.height !== height) {
      const bytes = new Uint8Array(height * rowBytes);
      await readWhole(file, bytes, headerBytes + y * rowBytes);
      cached = { y, height, bytes };
    }
    const samples = bits === 16 ? new Uint16Array(cached.bytes.buffer) : cached.bytes;
    return columnsOf(samples, { stored, width, from: x, columns, height, channels, bits });
  };
}

/** Columns of whole rows as floats. sharp returns grey as three equal channels; the first is used. */
function columnsOf(
  samples: Uint8Array | Uint16Array,
  of: {
    readonly stored: number;
    readonly width: number;
    readonly from: number;
    readonly columns: number;
    readonly height: number;
    readonly channels: number;
    readonly bits: 8 | 16;
  },
): FloatImage {
  const { stored, width, columns, height, channels } = of;
  const maximum = of.bits === 16 ? 65535 : 255;
  const data = new Float32Array(columns * height * channels);
  for (let channel = 0; channel < channels; channel++) {
    // In grey with alpha, alpha is last.
    const source = channel === 1 && channels === 2 ? stored - 1 : channel;
    const isOpaque = source >= stored;
    for (let row = 0; row < height; row++) {
      let from = (row * width + of.from) * stored + source;
      let to = row * columns * channels + channel;
      for (let column = 0; column < columns; column++, from += stored, to += channels) {
        data[to] = isOpaque ? 1 : samples[from]! / maximum;
      }
    }
  }
  return { width: columns, height, channels, data };
}

async function readWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error('A temporary file was truncated while it was read.');
    done += bytesRead;
  }
}

/** An EXIF block is a TIFF file with two directories. The second is the thumbnail; the first points to it. */
function withoutThumbnail(exif: Buffer): Buffer {
  const start = exif.toString('latin1', 0, 6) === 'Exif\0\0' ? 6 : 0;
  const littleEndian = exif.toString('latin1', start, start + 2) === 'II';
  if (exif.length < start + 8) return exif;
  const first = start + (littleEndian ? exif.readUInt32LE(start + 4) : exif.readUInt32BE(start + 4));
  if (exif.length < first + 2) return exif;
  const entries = littleEndian ? exif.readUInt16LE(first) : exif.readUInt16BE(first);
  const next = first + 2 + entries * 12;
  return exif.length < next + 4 ? exif : Buffer.from(exif).fill(0, next, next + 4);
}

/** An XMP packet may repeat the orientation: as an attribute or as an element of one digit. */
function withoutOrientation(xmp: Buffer): Buffer {
  const text = xmp.toString('latin1').replace(/(\btiff:Orientation(?:\s*=\s*["']|>\s*))[2-8]/g, '$11');
  return Buffer.from(text, 'latin1');
}

/** Opens an image with sharp, which gets the pixels of Windows bitmaps, because it cannot read them. */
export async function openImage(path: string, options: SharpOptions = {}): Promise<Sharp> {
  if (!isBmp(readStart(path))) return sharp(nativePath(path), { ...decoding, ...options });
  const { width, height, channels, data } = decodeBmp(await readRegularFile(path), path);
  return sharp(data, { ...decoding, raw: { width, height, channels: channels === 4 ? 4 : 3 } });
}

function readStart(path: string): Uint8Array {
  const start = new Uint8Array(2);
  let file: number;
  try {
    file = openRegularFile(path);
  } catch (cause) {
    throw new WorkbenchError('data', `${path} cannot be opened (${messageOf(cause)}).`, { cause });
  }
  try {
    readSync(file, start);
  } finally {
    closeSync(file);
  }
  return start;
}

function undecodable(path: string, folder: string, cause: unknown): never {
  if (!/(?:write failed|write error|for write)\s+system error: /.test(String(cause))) unreadable(path, cause);
  throw diskFailure(`${path} cannot be decoded into ${folder}`, cause);
}

/** The first line of libvips' message, which it repeats on further lines. */
function reasonOf(cause: unknown): string {
  return messageOf(cause).replace(/:?\s*\n.*/s, '');
}

function unreadable(path: string, cause: unknown): never {
  if (cause instanceof WorkbenchError) throw cause;
  throw new WorkbenchError(
    'data',
    `${path} is not an image, or is damaged or truncated (${reasonOf(cause)}). Copy or export it again.`,
    { cause },
  );
}
