import { type FileHandle, open, readFile } from 'node:fs/promises';
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { decodeBmp, isBmp } from '../data/bmp.ts';
import type { FloatImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';

/** What of a picture file has to survive beside its pixels. */
export interface PictureTraits {
  /** 8 or 16 bits a sample. */
  readonly bits: 8 | 16;
  /** 1 grey, 2 grey with alpha, 3 RGB, 4 RGB with alpha. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Dots per inch. */
  readonly density: number;
  /** The colour profile that the samples are meant in; absent for sRGB. */
  readonly icc?: Buffer;
  /** The EXIF block, without its thumbnail: that shows the picture before it was turned upright. */
  readonly exif?: Buffer;
}

/** What the header of a picture file says, and how its pixels will be read. */
export interface PictureHeader extends PictureTraits {
  readonly path: string;
  /** Pixels, after the EXIF orientation has been applied. */
  readonly width: number;
  readonly height: number;
  /** `png`, `jpeg`, `webp`, `tiff`, `gif`, ...: by content, not by name; `raw` for a bitmap (BMP). */
  readonly format: string;
  /** Whether the samples are stored in a space that is converted to sRGB on reading, such as CMYK. */
  readonly converted: boolean;
  /** What reading changes or leaves out, for a person to know. */
  readonly notes: readonly string[];
}

/**
 * Reads the header of a picture file.
 *
 * @throws WorkbenchError `data` for a file that is no picture, or of a kind that cannot be kept.
 */
export async function readHeader(path: string): Promise<PictureHeader> {
  const found = await openPicture(path)
    .then((picture) => picture.metadata())
    .catch((cause: unknown) => unreadable(path, cause));
  if (found.format === 'svg') {
    throw new WorkbenchError('data', `${path} is a drawing (SVG): it has no pixels; export it as PNG first.`);
  }
  if (found.depth !== 'uchar' && found.depth !== 'ushort') {
    throw new WorkbenchError(
      'data',
      `${path} has samples of type ${found.depth}; 8 and 16 bits are possible. Convert it to 16 bits first.`,
    );
  }
  const notes: string[] = [];
  if ((found.pages ?? 1) > 1) notes.push(`only the first of ${found.pages} pages or frames is taken`);
  const converted = !/^(b-w|grey16|srgb|rgb|rgb16)$/.test(found.space);
  if (converted) notes.push(`colours are converted from ${found.space.toUpperCase()} to sRGB`);
  const grey = found.space === 'b-w' || found.space === 'grey16';
  return {
    path,
    width: found.autoOrient.width,
    height: found.autoOrient.height,
    format: found.format,
    bits: found.depth === 'ushort' ? 16 : 8,
    channels: grey ? (found.hasAlpha ? 2 : 1) : found.hasAlpha ? 4 : 3,
    density: found.density ?? 72,
    ...(found.icc && !converted ? { icc: found.icc } : {}),
    ...(found.exif ? { exif: withoutThumbnail(found.exif) } : {}),
    converted,
    notes,
  };
}

/**
 * Reads the pixels of a picture, `[header.height, header.width, header.channels]`, samples 0 to 1 as they are
 * stored: the colour profile is not applied, 16 bits stay 16 bits, the EXIF orientation is applied.
 *
 * @throws WorkbenchError `data` when the file is damaged or cut short.
 */
export async function readPixels(header: PictureHeader): Promise<FloatImage> {
  const { path, bits, channels, converted } = header;
  const { data, info } = await openPicture(path, { ignoreIcc: !converted })
    .then((picture) =>
      picture
        .autoOrient()
        .toColourspace(bits === 16 ? 'rgb16' : 'srgb')
        .raw({ depth: bits === 16 ? 'ushort' : 'uchar' })
        .toBuffer({ resolveWithObject: true }),
    )
    .catch((cause: unknown) => unreadable(path, cause));
  const samples = bits === 16 ? new Uint16Array(data.buffer, data.byteOffset, data.length / 2) : data;
  const most = bits === 16 ? 65535 : 255;
  const pixels = new Float32Array(info.width * info.height * channels);
  // sharp hands grey over as three equal channels: the first stands for them, and the alpha is the last.
  const source = Array.from({ length: channels }, (_, channel) =>
    channel === 1 && channels === 2 ? info.channels - 1 : channel,
  );
  for (let pixel = 0; pixel < info.width * info.height; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      pixels[pixel * channels + channel] = samples[pixel * info.channels + source[channel]!]! / most;
    }
  }
  return { width: info.width, height: info.height, channels, data: pixels };
}

/** An EXIF block is a TIFF file with two directories; the thumbnail is the second, found through the first. */
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

/** Windows bitmaps are not known to sharp: it gets their pixels. */
async function openPicture(path: string, options: SharpOptions = {}): Promise<Sharp> {
  const file = await open(path);
  const start = await readStart(file).finally(() => file.close());
  if (!isBmp(start)) return sharp(path, options);
  const { width, height, data } = decodeBmp(await readFile(path), path);
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function readStart(file: FileHandle): Promise<Uint8Array> {
  const start = new Uint8Array(2);
  await file.read(start, 0, start.length);
  return start;
}

function unreadable(path: string, cause: unknown): never {
  if (cause instanceof WorkbenchError) throw cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  // libvips repeats itself on further lines.
  const reason = message.replace(/:?\s*\n.*/s, '');
  const opened = !(cause instanceof Error && 'code' in cause);
  throw new WorkbenchError(
    'data',
    opened
      ? `${path} is damaged, cut short or no picture (${reason}). Copy or export it again.`
      : `${path} cannot be opened (${reason}).`,
    { cause },
  );
}
