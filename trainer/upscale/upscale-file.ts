import { randomUUID } from 'node:crypto';
import { mkdir, rmdir, statfs } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { FloatImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { formatBytes } from '../format/format.ts';
import { diskFailure, otherFolder } from './disk-failure.ts';
import { decodedBytes, type ImagePixels, withPixels } from './image-file.ts';
import { type ImageShape, type ImageWriter, pixelBytes, writeImage } from './image-writer.ts';
import { upscaleLayers } from './layers.ts';
import type { ImagePlan } from './plan.ts';
import { bleedColors } from './transparency.ts';
import { upscaleTiles } from './upscale-image.ts';
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
  /** What a person should know: frames left out, colors converted, another format. */
  readonly notes: readonly string[];
}

/**
 * Upscales one image file as planned. Grey, alpha, 16 bits and the color profile survive, the EXIF block too except
 * in TIFF; the EXIF orientation is applied.
 *
 * Memory at the peak is the larger of two: the rows of the input that a tile lies in, at 1 or 2 bytes a sample, with
 * what the engine needs for one tile; or a large result, which is mapped while it is encoded. The rest waits on the
 * disk, uncompressed (see `withPixels` and `writeImage`); where that has no room for it, the work does not begin.
 *
 * @throws WorkbenchError `data`, `disk`, `engine`, `interrupted`; no file is left behind then, and an output
 * that existed is untouched.
 */
export async function upscaleFile(
  upscaler: Upscaler,
  plan: ImagePlan,
  options: UpscaleFileOptions = {},
): Promise<UpscaledFile> {
  const { input, output, header, shape, kept, notes } = plan;
  const { width, height } = shape;
  if (kept) return { input, output, width, height, kept, notes };

  const out = dirname(output);
  const made = await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw diskFailure(`${out} cannot be made a folder`, cause);
  });
  const decoded = join(out, `.${basename(output)}.${randomUUID()}.source.v`);
  const { signal } = options;
  const upscale = async (pixels: ImagePixels) => {
    const writer = await writeImage(output, shape);
    try {
      const ranges = await writeTiles(upscaler, pixels, shape, options, writer);
      if (contrast(ranges.output) < 0.5 / largest(shape.bits) && contrast(ranges.input) > 0.02) {
        throw new WorkbenchError(
          'engine',
          `${upscaler.name} made one flat color of ${input}. Its weights are damaged, or the GPU failed: try the engine cpu.`,
        );
      }
      // Encoding maps the whole result into memory, and the programs of a model take no less.
      if (pixelBytes(shape) > largeBytes) await upscaler.rest?.();
      await writer.finish(signal);
    } finally {
      await writer.discard();
    }
  };
  try {
    await checkRoom(plan, out);
    await withPixels(header, decoded, upscale, signal);
  } catch (error) {
    if (made !== undefined) await removeEmpty(out, made);
    throw error;
  }
  return { input, output, width, height, kept, notes };
}

/** Results above this are worth a second or two of compiling anew for the next image. */
const largeBytes = 100e6;

/** Throws a `disk` error where the folder has no room for what waits there, decoded and upscaled. */
async function checkRoom({ input, header, shape }: ImagePlan, folder: string): Promise<void> {
  const needed = decodedBytes(header) + pixelBytes(shape);
  const { blocks, bavail, bsize } = await statfs(folder).catch(() => ({ blocks: 0, bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  // Some network drives do not say how large they are.
  if (blocks === 0 || free >= needed) return;
  throw new WorkbenchError(
    'disk',
    `${input} needs ${formatBytes(needed)} in ${resolve(folder)} while it is upscaled, and ${formatBytes(free)} are free there. Free space there, or choose another folder: ${otherFolder}.`,
  );
}

/** Deletes a folder, and those above it up to `top`, as far as they are empty. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  try {
    await rmdir(folder);
    if (resolve(folder) !== resolve(top)) await removeEmpty(dirname(folder), top);
  } catch {
    // There is something in it, of another image.
  }
}

/**
 * Upscales tile by tile and writes each as samples of the output.
 * Gives the ranges of the colors, to tell an image from the flat result of a broken GPU.
 */
async function writeTiles(
  upscaler: Upscaler,
  pixels: ImagePixels,
  { width, height, channels, bits }: ImageShape,
  { tile, signal, onProgress }: UpscaleFileOptions,
  writer: ImageWriter,
): Promise<{ readonly input: Range; readonly output: Range }> {
  const started = performance.now();
  let input = nothing;
  let output = nothing;
  const source: ImagePixels = {
    ...pixels,
    async read(part) {
      const read = await pixels.read(part);
      const image = channels % 2 === 0 ? bleedColors(read) : read;
      input = wider(input, colorRange(image));
      return image;
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
  for await (const { rect, pixels: piece } of pieces) {
    output = wider(output, colorRange(piece));
    writer.write(rect, quantised(piece, bits));
  }
  return { input, output };
}

/** Samples of a file: clamped and rounded. */
function quantised({ data }: FloatImage, bits: 8 | 16): Uint8Array | Uint16Array {
  const samples = bits === 16 ? new Uint16Array(data.length) : new Uint8Array(data.length);
  const most = largest(bits);
  for (let i = 0; i < data.length; i++) {
    samples[i] = Math.min(Math.max(Math.round(data[i]! * most), 0), most);
  }
  return samples;
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
function colorRange({ data, channels }: FloatImage): Range {
  const colors = channels % 2 === 0 ? channels - 1 : channels;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    if (i % channels >= colors) continue;
    low = Math.min(low, data[i]!);
    high = Math.max(high, data[i]!);
  }
  return { low, high };
}

/** What is left of a range after clamping to 0..1. */
function contrast({ low, high }: Range): number {
  return Math.min(Math.max(high, 0), 1) - Math.min(Math.max(low, 0), 1);
}
