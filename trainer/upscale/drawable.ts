import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { WorkbenchError } from '../errors/errors.ts';
import { openImage, readHeader } from './image-file.ts';

/** An image as a browser can draw it. */
export interface DrawableImage {
  /** The image itself or its copy. */
  readonly path: string;
  /** Pixels of the image itself, upright. */
  readonly width: number;
  readonly height: number;
  /** Of its file. */
  readonly bytes: number;
}

const drawableFormats = ['png', 'jpeg', 'webp', 'gif', 'avif'];

/** What a canvas of a browser takes, and what a page may hold of each image: 256 MB. */
const longestDrawableSide = 16384;
const mostDrawablePixels = 64e6;

/**
 * The image, or `copy`, made where it is missing: a PNG of 8 bits of what browsers cannot decode, reduced where it
 * has more pixels than they can take.
 *
 * @throws WorkbenchError `data` where it cannot be read, `disk` where the copy cannot be written
 */
export async function drawableImage(path: string, copy: string): Promise<DrawableImage> {
  const { width, height, format } = await readHeader(path);
  const { size: bytes } = await stat(path);
  const reduction = Math.min(
    1,
    longestDrawableSide / Math.max(width, height),
    Math.sqrt(mostDrawablePixels / (width * height)),
  );
  if (reduction === 1 && drawableFormats.includes(format)) return { path, width, height, bytes };
  if (!existsSync(copy)) {
    const temporary = `${copy}.${randomUUID()}`;
    try {
      const image = await openImage(path, { limitInputPixels: false });
      await image
        .autoOrient()
        .resize(Math.max(1, Math.floor(width * reduction)), Math.max(1, Math.floor(height * reduction)), {
          fit: 'fill',
        })
        .toColourspace('srgb')
        .png({ compressionLevel: 1 })
        .toFile(temporary);
      renameSync(temporary, copy);
    } catch (cause) {
      rmSync(temporary, { force: true });
      throw new WorkbenchError('disk', `${path} cannot be shown (${String(cause).split('\n', 1)[0]}).`, {
        cause,
      });
    }
  }
  return { path: copy, width, height, bytes };
}
