import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FloatImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { upscaleLayers } from './layers.ts';
import { type PicturePixels, withPixels } from './picture.ts';
import { type PictureShape, writePicture } from './picture-writer.ts';
import type { PicturePlan } from './plan.ts';
import { bleedColours } from './transparency.ts';
import { type Piece, upscaleTiles } from './upscale-image.ts';
import type { Upscaler } from './upscaler.ts';

export interface UpscaleFileOptions {
  /** Side of a tile in pixels of the input, context included. */
  readonly tile?: number;
  /** Cancels at once. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: UpscaleProgress) => void;
}

export interface UpscaleProgress {
  /** Tiles done, and all tiles. */
  readonly tile: number;
  readonly tiles: number;
  /** Speed in millions of output pixels. */
  readonly megapixelsPerSecond: number;
  readonly etaSeconds: number;
}

export interface UpscaledFile {
  readonly input: string;
  readonly output: string;
  /** Size of the output in pixels. */
  readonly width: number;
  readonly height: number;
  /** True where the output existed and was left as it is. */
  readonly kept: boolean;
  /** What a person should know: frames left out, colours converted, another format. */
  readonly notes: readonly string[];
}

/**
 * Enlarges one picture file as planned. Grey, alpha, 16 bits and the colour profile survive, the EXIF block too except
 * in TIFF; the EXIF orientation is applied.
 *
 * Memory at the peak: one row of tiles of the input and of the output at 1 or 2 bytes a sample, and what the engine
 * needs for one tile. The rest of both waits on the disk, uncompressed (see `withPixels` and `writePicture`).
 *
 * @throws WorkbenchError `data`, `disk`, `engine`, `interrupted`; no file is left behind then, and an output
 * that existed is untouched.
 */
export async function upscaleFile(
  upscaler: Upscaler,
  plan: PicturePlan,
  options: UpscaleFileOptions = {},
): Promise<UpscaledFile> {
  const { input, output, header, shape, kept, notes } = plan;
  const { width, height } = shape;
  if (kept) return { input, output, width, height, kept, notes };

  const out = dirname(output);
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new WorkbenchError('disk', `${out} cannot be made a folder (${String(cause)}).`, { cause });
  });
  const decoded = join(out, `.${basename(output)}.${randomUUID()}.source.v`);
  const { signal } = options;
  const enlarge = async (pixels: PicturePixels) => {
    const writer = await writePicture(output, shape);
    try {
      const ranges = await writeTiles(upscaler, pixels, shape, options, (rows) => writer.append(rows));
      if (contrast(ranges.output) < 0.5 / largest(shape.bits) && contrast(ranges.input) > 0.02) {
        throw new WorkbenchError(
          'engine',
          `${upscaler.name} made one flat colour of ${input}. Its weights are damaged, or the GPU failed: try --engine cpu.`,
        );
      }
      await writer.finish(signal);
    } finally {
      await writer.discard();
    }
  };
  await withPixels(header, decoded, enlarge, signal);
  return { input, output, width, height, kept, notes };
}

/**
 * Enlarges tile by tile and hands on each row of tiles when it is complete, as samples of the output.
 * Gives the ranges of the colours, to tell a picture from the flat result of a broken GPU.
 */
async function writeTiles(
  upscaler: Upscaler,
  pixels: PicturePixels,
  { width, height, channels, bits }: PictureShape,
  { tile, signal, onProgress }: UpscaleFileOptions,
  append: (rows: Uint8Array | Uint16Array) => Promise<void>,
): Promise<{ readonly input: Range; readonly output: Range }> {
  const started = performance.now();
  let input = nothing;
  let output = nothing;
  const source: PicturePixels = {
    ...pixels,
    async read(part) {
      const read = await pixels.read(part);
      const picture = channels % 2 === 0 ? bleedColours(read) : read;
      input = wider(input, colourRange(picture));
      return picture;
    },
  };
  const pieces = upscaleTiles(upscaleLayers(upscaler), source, {
    ...(tile === undefined ? {} : { tile }),
    ...(signal === undefined ? {} : { signal }),
    onTile(done, total) {
      const seconds = Math.max((performance.now() - started) / 1000, 1e-3);
      onProgress?.({
        tile: done,
        tiles: total,
        megapixelsPerSecond: (width * height * done) / total / 1e6 / seconds,
        etaSeconds: (seconds / done) * (total - done),
      });
    },
  });
  let band: Uint8Array | Uint16Array = new Uint8Array(0);
  for await (const { rect, pixels: piece } of pieces) {
    if (rect.x === 0) {
      const samples = rect.height * width * channels;
      band = bits === 16 ? new Uint16Array(samples) : new Uint8Array(samples);
    }
    quantise(piece, rect, band, width, largest(bits));
    output = wider(output, colourRange(piece));
    if (rect.x + rect.width === width) await append(band);
  }
  return { input, output };
}

/** Puts a piece, clamped and rounded, at its place in the band. */
function quantise(
  pixels: FloatImage,
  rect: Piece['rect'],
  band: Uint8Array | Uint16Array,
  width: number,
  most: number,
): void {
  const row = pixels.width * pixels.channels;
  for (let y = 0; y < pixels.height; y++) {
    const at = (y * width + rect.x) * pixels.channels;
    for (let i = 0; i < row; i++) {
      band[at + i] = Math.min(Math.max(Math.round(pixels.data[y * row + i]! * most), 0), most);
    }
  }
}

/** The largest sample value. */
function largest(bits: 8 | 16): number {
  return bits === 16 ? 65535 : 255;
}

interface Range {
  readonly low: number;
  readonly high: number;
}

const nothing: Range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };

function wider(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** Smallest and largest sample of all channels but alpha. */
function colourRange({ data, channels }: FloatImage): Range {
  const colours = channels % 2 === 0 ? channels - 1 : channels;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    if (i % channels >= colours) continue;
    low = Math.min(low, data[i]!);
    high = Math.max(high, data[i]!);
  }
  return { low, high };
}

/** What is left of a range after clamping to 0..1. */
function contrast({ low, high }: Range): number {
  return Math.min(Math.max(high, 0), 1) - Math.min(Math.max(low, 0), 1);
}
