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
import { addMetadataToTiff } from './tiff-exif.ts';

/** Output formats. */
/** The formats to choose from. */
export const imageFormats = ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const;
/** GIF for animations only: its colors are too few for photos. */
export type ImageFormat = (typeof imageFormats)[number] | 'gif';

/** How the color channels of JPEG, AVIF and lossy WebP are stored: in full or half resolution. WebP has only 4:2:0. */
export const chromaSubsamplings = ['4:4:4', '4:2:0'] as const;
export type ChromaSubsampling = (typeof chromaSubsamplings)[number];

/** Limits of formats; the others have no practical limit. */
export const limits: Readonly<
  Partial<Record<ImageFormat, { readonly side: number; readonly pixels?: number }>>
> = {
  jpeg: { side: 65535 },
  // Its encoder needs the whole image in memory, at 40 bytes per pixel.
  webp: { side: 16383, pixels: 50e6 },
  avif: { side: 16384, pixels: 50e6 },
  gif: { side: 65535, pixels: 50e6 },
};

export interface ImageShape extends ImageTraits {
  readonly width: number;
  readonly height: number;
  readonly format: ImageFormat;
  /** Of JPEG, AVIF and WebP, 1 to 100. By default 95 for JPEG, 90 for AVIF; WebP is lossless then. */
  readonly quality?: number;
  /** `4:4:4` by default. */
  readonly chroma?: ChromaSubsampling;
  /** The size of the samples that are written, which are downscaled to `width` x `height` when they are encoded. */
  readonly model: { readonly width: number; readonly height: number };
}

/** Bytes of the samples that are written, uncompressed. */
export function pixelBytes({ model, channels, bits, animation }: ImageShape): number {
  return (model.width * model.height * (animation?.frames ?? 1) * channels * bits) / 8;
}

/** Writes an image in pieces. */
export interface ImageWriter {
  /** Writes the samples of a part; the frames of an animation are below each other. `[place.height, place.width, channels]`: bytes for 8 bits, 16-bit words for 16. */
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
 * Downscaling is antialiased (Lanczos, 3 lobes), with colors weighted by alpha. TIFF uses LZW.
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
  const { channels, bits } = shape;
  const { width } = shape.model;
  const height = shape.model.height * (shape.animation?.frames ?? 1);
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
        if (shape.format === 'tiff' && (shape.exif ?? shape.iptc)) addMetadataToTiff(encoded, shape);
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
  const { format, bits, channels, width, height, model } = shape;
  const { quality, chroma = '4:4:4', animation } = shape;
  const timing = animation && { delay: [...animation.delay], loop: animation.loop };
  const grey = channels < 3 && (format === 'png' || format === 'jpeg' || format === 'tiff');
  const options = { ignoreIcc: true, limitInputPixels: false, animated: animation !== undefined };
  let image = sharp(nativePath(rows), options).toColourspace(
    bits === 16 ? (grey ? 'grey16' : 'rgb16') : grey ? 'b-w' : 'srgb',
  );
  if (model.width !== width || model.height !== height) {
    image = image.resize(width, height, { fit: 'fill', kernel: 'lanczos3' });
  }
  if (shape.icc) image = image.keepIccProfile();
  if (shape.exif) image = image.keepExif();
  if (shape.xmp) image = image.keepXmp();
  // IPTC has no function of its own. With this one, an EXIF block is added where there is none.
  if (shape.iptc && format !== 'tiff') image = image.keepMetadata();
  const large = pixelBytes(shape) > 2 ** 31;
  const encoders = {
    png: () => image.png(),
    // Tables made for the image save 3 % of the file, and keep all of its coefficients in memory, 12 bytes a pixel.
    jpeg: () =>
      image.flatten({ background: '#fff' }).jpeg({
        quality: quality ?? 95,
        chromaSubsampling: chroma,
        optimiseCoding: width * height < 16e6,
      }),
    webp: () => image.webp({ ...(quality === undefined ? { lossless: true } : { quality }), ...timing }),
    gif: () => image.gif({ ...timing }),
    // On media/demo.png, quality 90 has a PSNR of 44.9 dB in 57 % of the bytes of JPEG at 95, which has 46.0 dB. Effort 2 takes
    // 0.5 s, the usual effort of 4 takes 6 s and saves 11 % of the bytes.
    avif: () => image.avif({ quality: quality ?? 90, chromaSubsampling: chroma, effort: 2 }),
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
function vipsHeader({ model, channels, bits, density, animation }: ImageShape): Uint8Array {
  const spaces = bits === 16 ? { grey: 26, rgb: 25 } : { grey: 1, rgb: 22 };
  const header = Buffer.alloc(64);
  header.writeUInt32LE(0x08f2a6b6, 0);
  header.writeInt32LE(model.width, 4);
  header.writeInt32LE(model.height * (animation?.frames ?? 1), 8);
  header.writeInt32LE(channels, 12);
  header.writeInt32LE(bits === 16 ? 2 : 0, 20);
  header.writeInt32LE(channels < 3 ? spaces.grey : spaces.rgb, 28);
  header.writeFloatLE(density / 25.4, 32);
  header.writeFloatLE(density / 25.4, 36);
  return header;
}

/** The XML after the samples. The orientation is 1 because reading applied the EXIF orientation. */
function vipsMetadata({ icc, exif, xmp, iptc, animation, model }: ImageShape): Uint8Array {
  const blob = (name: string, data: Buffer | undefined) =>
    data ? `<field type="VipsBlob" name="${name}">${data.toString('base64')}</field>` : '';
  const number = (name: string, value: number) => `<field type="gint" name="${name}">${value}</field>`;
  const pages = animation ? number('page-height', model.height) + number('n-pages', animation.frames) : '';
  return Buffer.from(
    '<?xml version="1.0"?><root xmlns="http://www.vips.ecs.soton.ac.uk/vips/8.0.0"><header></header><meta>' +
      `${blob('icc-profile-data', icc)}${blob('exif-data', exif)}${blob('xmp-data', xmp)}${blob('iptc-data', iptc)}` +
      `${number('orientation', 1)}${pages}</meta></root>`,
  );
}
