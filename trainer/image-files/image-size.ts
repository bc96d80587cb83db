import { closeSync, readSync } from 'node:fs';
import { openRegularFile } from '../files/regular-file.ts';

/** Pixels, after the EXIF orientation has been applied. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Reads up to `length` bytes at a position of the file. */
type Read = (position: number, length: number) => Buffer;

/**
 * Parts of a header that are read to find the size. Photos with maps, thumbnails and long metadata have hundreds; files that
 * are made to waste time have millions.
 */
const mostReads = 10_000;

/**
 * The size of a PNG, JPEG, WebP, TIFF or BMP file, by content, from its header alone. Undefined where there
 * is no such file or its header cannot be understood. Decoding may still find the rest damaged.
 */
export function imageSize(path: string): ImageSize | undefined {
  return readHeader(path, sizeOf);
}

export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'bmp' | 'other';

/** The format of a file by its first bytes; undefined where the file cannot be read. */
export function imageFormat(path: string): ImageFormat | undefined {
  return readHeader(path, formatOf);
}

/** The number of frames of a PNG file: more than 1 if it is animated (APNG). 1 for any other file. */
export function animationFrames(path: string): number {
  return readHeader(path, (read) => (formatOf(read) === 'png' ? pngFrames(read) : 1)) ?? 1;
}

function readHeader<T>(path: string, parse: (read: Read) => T): T | undefined {
  let file: number;
  try {
    file = openRegularFile(path);
  } catch {
    return undefined;
  }
  try {
    let reads = 0;
    return parse((position, length) => {
      if (++reads > mostReads) throw new RangeError('The header has too many parts.');
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, position));
    });
  } catch (error) {
    // A header that ends too early or has too many parts, or a file that cannot be read.
    if (error instanceof RangeError || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  } finally {
    closeSync(file);
  }
}

function formatOf(read: Read): ImageFormat {
  const magic = read(0, 12).toString('latin1');
  if (magic.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (magic.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (magic.startsWith('RIFF') && magic.endsWith('WEBP')) return 'webp';
  return magic.startsWith('BM') ? 'bmp' : 'other';
}

const sizeByFormat: Readonly<Record<ImageFormat, (read: Read) => ImageSize | undefined>> = {
  png: pngSize,
  jpeg: jpegSize,
  webp: webpSize,
  bmp: bmpSize,
  other: orientedTiffSize,
};

function sizeOf(read: Read): ImageSize | undefined {
  return sizeByFormat[formatOf(read)](read);
}

/** Orientations 5 to 8 of EXIF turn the image by a quarter. */
function oriented(width: number, height: number, orientation: number): ImageSize | undefined {
  if (width <= 0 || height <= 0) return undefined;
  return orientation >= 5 && orientation <= 8 ? { width: height, height: width } : { width, height };
}

function pngSize(read: Read): ImageSize | undefined {
  const header = read(16, 8);
  let orientation = 1;
  for (const { type, content } of pngChunks(read)) {
    if (type === 'eXIf') orientation = exifOrientation(content);
  }
  return oriented(header.readUInt32BE(0), header.readUInt32BE(4), orientation);
}

function pngFrames(read: Read): number {
  for (const { type, content } of pngChunks(read)) {
    if (type === 'acTL') return content(0, 4).readUInt32BE();
  }
  return 1;
}

/** The chunks before the pixels. */
function* pngChunks(read: Read): Generator<{ readonly type: string; readonly content: Read }> {
  let position = 8;
  for (;;) {
    const chunk = read(position, 8);
    if (chunk.length < 8) return;
    const type = chunk.toString('latin1', 4);
    if (type === 'IDAT' || type === 'IEND') return;
    yield { type, content: from(read, position + 8) };
    position += 12 + chunk.readUInt32BE(0);
  }
}

function jpegSize(read: Read): ImageSize | undefined {
  let orientation = 1;
  let position = 2;
  for (;;) {
    const segment = read(position, 10);
    const marker = segment.readUInt8(1);
    if (segment.readUInt8(0) !== 0xff) return undefined;
    if (marker === 0xff) {
      position += 1;
    } else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      position += 2;
    } else if (marker === 0xd9 || marker === 0xda) {
      return undefined;
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return oriented(segment.readUInt16BE(7), segment.readUInt16BE(5), orientation);
    } else {
      if (marker === 0xe1 && segment.toString('latin1', 4) === 'Exif\0\0') {
        orientation = exifOrientation(from(read, position + 10));
      }
      position += 2 + segment.readUInt16BE(2);
    }
  }
}

function webpSize(read: Read): ImageSize | undefined {
  const chunk = read(12, 18);
  const type = chunk.toString('latin1', 0, 4);
  if (type === 'VP8 ') return oriented(chunk.readUInt16LE(14) & 0x3fff, chunk.readUInt16LE(16) & 0x3fff, 1);
  if (type === 'VP8L') {
    const bits = chunk.readUInt32LE(9);
    return oriented((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1, 1);
  }
  if (type !== 'VP8X') return undefined;
  const hasExif = (chunk.readUInt8(8) & 8) !== 0;
  const orientation = hasExif ? webpOrientation(read) : 1;
  return oriented(chunk.readUIntLE(12, 3) + 1, chunk.readUIntLE(15, 3) + 1, orientation);
}

function webpOrientation(read: Read): number {
  let position = 12;
  for (;;) {
    const chunk = read(position, 14);
    if (chunk.length < 14) return 1;
    if (chunk.toString('latin1', 0, 4) === 'EXIF') {
      // Some writers keep the prefix that EXIF has in JPEG files.
      const prefix = chunk.toString('latin1', 8) === 'Exif\0\0' ? 6 : 0;
      return exifOrientation(from(read, position + 8 + prefix));
    }
    const length = chunk.readUInt32LE(4);
    position += 8 + length + (length % 2);
  }
}

function bmpSize(read: Read): ImageSize | undefined {
  const header = read(14, 12);
  const isCore = header.readUInt32LE(0) === 12;
  return isCore
    ? oriented(header.readUInt16LE(4), header.readUInt16LE(6), 1)
    : oriented(header.readInt32LE(4), Math.abs(header.readInt32LE(8)), 1);
}

function orientedTiffSize(read: Read): ImageSize | undefined {
  const tags = tiffTags(read);
  return oriented(tags?.get(256) ?? 0, tags?.get(257) ?? 0, tags?.get(274) ?? 1);
}

/** EXIF is a TIFF file of tags within another file; damaged EXIF means upright. */
function exifOrientation(read: Read): number {
  try {
    return tiffTags(read)?.get(274) ?? 1;
  } catch (error) {
    if (error instanceof RangeError) return 1;
    throw error;
  }
}

/** The whole numbers of the first directory of a (classic) TIFF file, by tag. */
function tiffTags(read: Read): Map<number, number> | undefined {
  const header = read(0, 8);
  const magic = header.toString('latin1', 0, 4);
  if (magic !== 'II*\0' && magic !== 'MM\0*') return undefined;
  const littleEndian = magic.startsWith('I');
  const uint16 = (bytes: Buffer, at: number) =>
    littleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);
  const uint32 = (bytes: Buffer, at: number) =>
    littleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
  const directory = uint32(header, 4);
  const count = uint16(read(directory, 2), 0);
  const entries = read(directory + 2, count * 12);
  const tags = new Map<number, number>();
  for (let at = 0; at < entries.length; at += 12) {
    const isShort = uint16(entries, at + 2) === 3;
    tags.set(uint16(entries, at), isShort ? uint16(entries, at + 8) : uint32(entries, at + 8));
  }
  return tags;
}

function from(read: Read, start: number): Read {
  return (position, length) => read(start + position, length);
}
