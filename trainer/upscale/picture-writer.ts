import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { WorkbenchError } from '../errors/errors.ts';
import { unlessCancelled } from './cancel.ts';
import type { PictureTraits } from './picture.ts';

/** Formats that a picture can be written in. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'tiff';

/** The longest side that a format can store; the others have no limit that matters. */
export const longestSide: Readonly<Record<PictureFormat, number>> = {
  png: Number.POSITIVE_INFINITY,
  jpeg: 65535,
  webp: 16383,
  tiff: Number.POSITIVE_INFINITY,
};

export interface PictureShape extends PictureTraits {
  readonly width: number;
  readonly height: number;
  readonly format: PictureFormat;
}

/** Takes a picture from top to bottom and leaves a file only when it is whole. */
export interface PictureWriter {
  /** Adds whole rows of samples, `[rows, width, channels]`: bytes for 8 bits, 16-bit words for 16 bits. */
  append(rows: Uint8Array | Uint16Array): Promise<void>;
  /** Encodes what was added, all of it, and puts the file in its place, whole; or throws an `interrupted` error. */
  finish(signal?: AbortSignal): Promise<void>;
  /** Leaves nothing behind; without effect after `finish`. */
  discard(): Promise<void>;
}

// libvips keeps the files of its last operations open and remembers their contents by name: ours are
// temporary, large, and must not be held on to.
sharp.cache(false);

/**
 * Begins a picture file. The rows wait uncompressed in a temporary file beside it, because an encoder of
 * libvips wants the whole picture; it reads them from there piece by piece, so that no size of picture has to
 * fit into memory. That file is in libvips' own format, the one that carries profile and EXIF to the encoder.
 *
 * JPEG is written with quality 95 and full colour resolution, WebP without loss, TIFF with LZW. TIFF files
 * lose their EXIF block, which libvips cannot write.
 *
 * @throws WorkbenchError `disk` from each step, when the folder is full or cannot be written.
 */
export async function writePicture(path: string, shape: PictureShape): Promise<PictureWriter> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  const rows = `${temporary}.v`;
  const encoded = `${temporary}.part`;
  const failed = (cause: unknown): never => {
    if (cause instanceof WorkbenchError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    // libvips says in several lines what the operating system said in one of them.
    const reason = /system error: ([^\n]*)/.exec(message)?.[1] ?? message.split('\n', 1)[0];
    throw new WorkbenchError(
      'disk',
      `${path} cannot be written (${reason}). Free space there or choose another folder (--out).`,
      {
        cause,
      },
    );
  };

  let file: FileHandle | undefined = await open(rows, 'wx').catch(failed);
  const close = async () => {
    await file?.close();
    file = undefined;
  };
  const write = async (bytes: Uint8Array) => {
    // One call may take a part only, and never takes more than 2 GiB.
    for (let at = 0; at < bytes.length; ) {
      at += (await file!.write(bytes, at, Math.min(bytes.length - at, 2 ** 30)).catch(failed)).bytesWritten;
    }
  };
  const discard = async () => {
    await close();
    await rm(rows, { force: true });
    await rm(encoded, { force: true });
  };

  await write(vipsHeader(shape)).catch(async (cause: unknown) => {
    await discard();
    throw cause;
  });
  return {
    append: (samples) => write(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    async finish(signal) {
      await write(vipsMetadata(shape));
      await close();
      try {
        await unlessCancelled(signal, () => encode(rows, encoded, shape));
        const whole = await open(encoded, 'r+');
        await whole.sync();
        await whole.close();
        await rename(encoded, path);
      } catch (cause) {
        failed(cause);
      } finally {
        await discard();
      }
    },
    discard,
  };
}

async function encode(rows: string, encoded: string, { format, bits, channels, ...shape }: PictureShape) {
  const grey = channels < 3 && format !== 'webp';
  let picture = sharp(rows, { ignoreIcc: true, limitInputPixels: false }).toColourspace(
    bits === 16 ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb',
  );
  if (shape.icc) picture = picture.keepIccProfile();
  if (shape.exif) picture = picture.keepExif();
  const large = shape.width * shape.height * channels * (bits / 8) > 2 ** 31;
  const encoders = {
    png: () => picture.png(),
    jpeg: () => picture.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }),
    webp: () => picture.webp({ lossless: true }),
    tiff: () =>
      picture.tiff({
        compression: 'lzw',
        predictor: 'horizontal',
        bigtiff: large,
        xres: shape.density / 25.4,
        yres: shape.density / 25.4,
      }),
  };
  await encoders[format]().toFile(encoded);
}

/**
 * The 64 bytes before the samples of a libvips file: magic number and seven integers (width, height, bands,
 * unused, sample format, coding, colour space), then pixels per millimetre across and down as floats.
 */
function vipsHeader({ width, height, channels, bits, density }: PictureShape): Uint8Array {
  const spaces = bits === 16 ? { grey: 26, rgb: 25 } : { grey: 1, rgb: 22 };
  const header = Buffer.alloc(64);
  header.writeUInt32LE(0x08f2a6b6, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height, 8);
  header.writeInt32LE(channels, 12);
  header.writeInt32LE(bits === 16 ? 2 : 0, 20);
  header.writeInt32LE(channels < 3 ? spaces.grey : spaces.rgb, 28);
  header.writeFloatLE(density / 25.4, 32);
  header.writeFloatLE(density / 25.4, 36);
  return header;
}

/** The XML after the samples. The orientation is 1 because reading has applied the one of the EXIF block. */
function vipsMetadata({ icc, exif }: PictureShape): Uint8Array {
  const blob = (name: string, data: Buffer | undefined) =>
    data ? `<field type="VipsBlob" name="${name}">${data.toString('base64')}</field>` : '';
  return Buffer.from(
    '<?xml version="1.0"?><root xmlns="http://www.vips.ecs.soton.ac.uk/vips/8.0.0"><header></header><meta>' +
      `${blob('icc-profile-data', icc)}${blob('exif-data', exif)}` +
      '<field type="gint" name="orientation">1</field></meta></root>',
  );
}
