import { writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import sharp from 'sharp';
import { WorkbenchError } from '../errors/errors.ts';
import { discard as discardFile, retry } from '../files/change-files.ts';
import { nativePath } from '../files/paths.ts';
import type { Rect } from '../guards/rect.ts';
import { temporaryPath } from '../runs/atomic-file.ts';
import { unlessCancelled } from './cancel.ts';
import { diskFailure } from './disk-failure.ts';
import { headerBytes, type ImageTraits } from './image-file.ts';

/** Output formats. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'tiff';

/** Limits of formats; the others have no practical limit. */
export const limits: Readonly<
  Partial<Record<ImageFormat, { readonly side: number; readonly pixels?: number }>>
> = {
  jpeg: { side: 65535 },
  // Its encoder needs the whole image in memory, at 40 bytes per pixel.
  webp: { side: 16383, pixels: 50e6 },
};

export interface ImageShape extends ImageTraits {
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
}

/** Bytes of an image's samples, uncompressed. */
export function pixelBytes({ width, height, channels, bits }: ImageShape): number {
  return (width * height * channels * bits) / 8;
}

/** Writes an image in pieces. */
export interface ImageWriter {
  /** Writes the samples of a part, `[place.height, place.width, channels]`: bytes for 8 bits, 16-bit words for 16. */
  write(place: Rect, samples: Uint8Array | Uint16Array): void;
  /**
   * Encodes the image after every pixel was written, and returns what `publish` returns, which gives the complete file
   * its name. Throws `interrupted` if the signal aborts.
   */
  finish<T>(publish: (encoded: string) => T, signal?: AbortSignal): Promise<T>;
  /** Deletes the temporary files; no effect after `finish`. */
  discard(): Promise<void>;
}

// libvips keeps the files of its last operations open and caches their contents by name. Ours are large and temporary.
sharp.cache(false);

/**
 * Starts an image file that will be `path`. The uncompressed pixels go to a temporary file in the same folder, from which libvips encodes
 * the image piece by piece, so that it need not fit into memory. The temporary file is in libvips' own format, which
 * carries the color profile and EXIF to the encoder. libvips maps it: its pages count as resident during encoding, but
 * the system reclaims them when memory is short.
 *
 * JPEG has quality 95 and full color resolution, WebP is lossless, TIFF uses LZW. TIFF files lose their EXIF block,
 * which libvips cannot write.
 *
 * @throws WorkbenchError `disk`, also from each method, if the folder is full or cannot be written
 */
export async function writeImage(path: string, shape: ImageShape): Promise<ImageWriter> {
  const rows = temporaryPath(path, '.v');
  const encoded = temporaryPath(path);
  const failed = (cause: unknown): never => {
    throw cause instanceof WorkbenchError ? cause : diskFailure(`${path} cannot be written`, cause);
  };

  let file: FileHandle | undefined = await open(rows, 'wx').catch(failed);
  const close = async () => {
    await file?.close();
    file = undefined;
  };
  // Synchronous, because awaiting each of the many short rows takes longer than writing them.
  const write = (bytes: Uint8Array, position: number) => {
    if (file === undefined) throw new Error('The image is already finished or discarded.');
    try {
      // One call may write only a part.
      for (let at = 0; at < bytes.length; ) {
        at += writeSync(file.fd, bytes, at, bytes.length - at, position + at);
      }
    } catch (cause) {
      failed(cause);
    }
  };
  const discard = async () => {
    await close();
    await discardFile(rows);
    await discardFile(encoded);
  };

  try {
    write(vipsHeader(shape), 0);
  } catch (cause) {
    await discard();
    throw cause;
  }
  const { width, height, channels, bits } = shape;
  const pixelBytes = (channels * bits) / 8;
  let missing = width * height;
  return {
    write(place, samples) {
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      const rowBytes = place.width * pixelBytes;
      for (let row = 0; row < place.height; row++) {
        const first = (place.y + row) * width + place.x;
        write(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), headerBytes + first * pixelBytes);
      }
      missing -= place.width * place.height;
    },
    async finish(publish, signal) {
      if (missing !== 0) {
        await discard();
        throw new Error(`${missing} pixels of ${path} were not written.`);
      }
      write(vipsMetadata(shape), headerBytes + width * height * pixelBytes);
      await close();
      try {
        await unlessCancelled(signal, () => encode(rows, encoded, shape));
        const whole = await retry(() => open(encoded, 'r+'));
        await whole.sync();
        await whole.close();
        return publish(encoded);
      } catch (cause) {
        return failed(cause);
      } finally {
        await discard();
      }
    },
    discard,
  };
}

async function encode(rows: string, encoded: string, shape: ImageShape) {
  const { format, bits, channels } = shape;
  const grey = channels < 3 && format !== 'webp';
  let image = sharp(nativePath(rows), { ignoreIcc: true, limitInputPixels: false }).toColourspace(
    bits === 16 ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb',
  );
  if (shape.icc) image = image.keepIccProfile();
  if (shape.exif) image = image.keepExif();
  const large = pixelBytes(shape) > 2 ** 31;
  const encoders = {
    png: () => image.png(),
    // Tables made for the image save 3 % of the file, and keep all of its coefficients in memory, 12 bytes a pixel.
    jpeg: () =>
      image.jpeg({
        quality: 95,
        chromaSubsampling: '4:4:4',
        optimiseCoding: shape.width * shape.height < 16e6,
      }),
    webp: () => image.webp({ lossless: true }),
    tiff: () =>
      image.tiff({
        compression: 'lzw',
        predictor: 'horizontal',
        bigtiff: large,
        xres: shape.density / 25.4,
        yres: shape.density / 25.4,
      }),
  };
  await encoders[format]().toFile(nativePath(encoded));
}

/**
 * The 64 bytes before the samples of a libvips file: magic number and seven integers (width, height, bands,
 * unused, sample format, coding, color space), then pixels per millimeter across and down as floats.
 */
function vipsHeader({ width, height, channels, bits, density }: ImageShape): Uint8Array {
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

/** The XML after the samples. The orientation is 1 because reading applied the EXIF orientation. */
function vipsMetadata({ icc, exif }: ImageShape): Uint8Array {
  const blob = (name: string, data: Buffer | undefined) =>
    data ? `<field type="VipsBlob" name="${name}">${data.toString('base64')}</field>` : '';
  return Buffer.from(
    '<?xml version="1.0"?><root xmlns="http://www.vips.ecs.soton.ac.uk/vips/8.0.0"><header></header><meta>' +
      `${blob('icc-profile-data', icc)}${blob('exif-data', exif)}` +
      '<field type="gint" name="orientation">1</field></meta></root>',
  );
}
