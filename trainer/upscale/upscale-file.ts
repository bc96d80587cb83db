import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { FloatImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { discardEmptyFolder, moveSync } from '../files/change-files.ts';
import { formatBytes } from '../format/format.ts';
import { publishNew, temporaryPath } from '../runs/atomic-file.ts';
import { repeated } from './chain.ts';
import { createFolder, otherFolder } from './disk-failure.ts';
import { decodedBytes, type ImagePixels, withPixels } from './image-file.ts';
import { type ImageShape, type ImageWriter, pixelBytes, writeImage } from './image-writer.ts';
import { upscaleLayers } from './layers.ts';
import { type ImagePlan, numberedPath, type OutputPlan } from './plan.ts';
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
  /** Finished tiles, of all tiles. */
  readonly tile: number;
  readonly tiles: number;
  /** Millions of output pixels per second. */
  readonly megapixelsPerSecond: number;
  readonly etaSeconds: number;
}

export interface UpscaledFile {
  readonly input: string;
  readonly output: string;
  /** Size of the output in pixels. */
  readonly width: number;
  readonly height: number;
  /** The output existed, or appeared in the meantime, and was not replaced. */
  readonly kept: boolean;
  /** For the user: skipped frames, converted colors, another format. */
  readonly notes: readonly string[];
}

/**
 * Upscales one image file as planned. Grey, alpha, 16 bits, the color profile and the EXIF, XMP and IPTC blocks are
 * preserved where the format has them; the EXIF orientation is applied.
 *
 * The memory peak is the larger of two: the input rows of a tile, at 1 or 2 bytes per sample, and the engine's memory for
 * one tile; or a large result, which is mapped while it is encoded. Everything else is on disk, uncompressed (see
 * `withPixels` and `writeImage`); without enough free space the upscaling does not start.
 *
 * A file that appears under the name of the output in the meantime is treated like one that existed before.
 *
 * @throws WorkbenchError `data`, `disk`, `engine`, `interrupted`; temporary files are deleted, and an existing output is
 * unchanged
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
  const created = createFolder(out);
  const decoded = temporaryPath(output, '.v');
  const { signal } = options;
  const upscale = async (pixels: ImagePixels): Promise<UpscaledFile> => {
    const writer = await writeImage(output, shape);
    try {
      const model = repeated(upscaler, plan.size.passes);
      const ranges = await writeTiles(model, pixels, shape, options, writer);
      if (contrast(ranges.output) < 0.5 / largest(shape.bits) && contrast(ranges.input) > 0.02) {
        throw new WorkbenchError(
          'engine',
          `The result of ${upscaler.name} for ${input} is a single color. Its weights are damaged, or the GPU failed: try the engine cpu.`,
        );
      }
      // Encoding maps the whole result into memory; the programs of a model need as much.
      if (pixelBytes(shape) > largeBytes) await upscaler.releasePrograms?.();
      const published = await writer.finish((encoded) => publish(encoded, plan), signal);
      return {
        input,
        output: published ?? output,
        width,
        height,
        kept: published === undefined,
        notes: pixels.warning === undefined ? notes : [...notes, pixels.warning],
      };
    } finally {
      await writer.discard();
    }
  };
  try {
    await checkSpace(plan, out);
    return await withPixels(header, decoded, upscale, signal);
  } catch (error) {
    if (created !== undefined) await removeEmpty(out, created);
    throw error;
  }
}

/** Gives an encoded image its name, and returns it; undefined if a file has the name and is kept. */
export function publish(encoded: string, { output, existing, firstOutput }: OutputPlan): string | undefined {
  if (existing === 'replace') {
    moveSync(encoded, output);
    return output;
  }
  if (existing === 'keep') return publishNew(encoded, output) ? output : undefined;
  for (let number = 1; ; number++) {
    const path = numberedPath(firstOutput, number);
    if (publishNew(encoded, path)) return path;
  }
}

/** For larger results, less memory is worth a second or two of compilation for the next image. */
const largeBytes = 100e6;

/** Throws a `disk` error if the folder has no space for the decoded and the upscaled pixels. */
async function checkSpace({ input, header, shape }: ImagePlan, folder: string): Promise<void> {
  const needed = decodedBytes(header) + pixelBytes(shape);
  const { blocks, bavail, bsize } = await statfs(folder).catch(() => ({ blocks: 0, bavail: 0, bsize: 0 }));
  const free = bavail * bsize;
  // Some network drives do not report their size.
  if (blocks === 0 || free >= needed) return;
  throw new WorkbenchError(
    'disk',
    `Upscaling ${input} needs ${formatBytes(needed)} in ${resolve(folder)}, where ${formatBytes(free)} are free. Free space there, or choose another folder: ${otherFolder}.`,
  );
}

/** Deletes a folder and its parents up to `top` if they are empty. */
export async function removeEmpty(folder: string, top: string): Promise<void> {
  const isDeleted = await discardEmptyFolder(folder);
  if (isDeleted && resolve(folder) !== resolve(top)) await removeEmpty(dirname(folder), top);
}

/**
 * Upscales tile by tile, frame by frame, and writes the samples of each.
 *
 * @returns the color ranges, which reveal the flat result of a broken GPU
 */
async function writeTiles(
  upscaler: Upscaler,
  pixels: ImagePixels,
  { model: { width, height }, channels, bits, animation }: ImageShape,
  { tile, signal, onProgress }: UpscaleFileOptions,
  writer: ImageWriter,
): Promise<{ readonly input: Range; readonly output: Range }> {
  const started = performance.now();
  let input = emptyRange;
  let output = emptyRange;
  const frames = animation?.frames ?? 1;
  for (let frame = 0; frame < frames; frame++) {
    const source: ImagePixels = {
      ...pixels,
      async read(part) {
        const read = await pixels.read({ ...part, y: part.y + frame * pixels.height });
        const image = channels % 2 === 0 ? bleedColors(read) : read;
        input = union(input, colorRange(image));
        return image;
      },
    };
    const pieces = upscaleTiles(upscaleLayers(upscaler), source, {
      ...(tile === undefined ? {} : { tile }),
      ...(signal === undefined ? {} : { signal }),
      onTile(doneOfFrame, tilesOfFrame) {
        const seconds = Math.max((performance.now() - started) / 1000, 1e-3);
        const tiles = tilesOfFrame * frames;
        const done = tilesOfFrame * frame + doneOfFrame;
        onProgress?.({
          tile: done,
          tiles,
          megapixelsPerSecond: (width * height * frames * done) / tiles / 1e6 / seconds,
          etaSeconds: (seconds / done) * (tiles - done),
        });
      },
    });
    for await (const { rect, pixels: piece } of pieces) {
      output = union(output, colorRange(piece));
      writer.write({ ...rect, y: rect.y + frame * height }, quantized(piece, bits));
    }
  }
  return { input, output };
}

/** Clamps and rounds to the samples of a file. */
export function quantized({ data }: FloatImage, bits: 8 | 16): Uint8Array | Uint16Array {
  const samples = bits === 16 ? new Uint16Array(data.length) : new Uint8Array(data.length);
  const maximum = largest(bits);
  for (let i = 0; i < data.length; i++) {
    samples[i] = Math.min(Math.max(Math.round(data[i]! * maximum), 0), maximum);
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

const emptyRange: Range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };

function union(a: Range, b: Range): Range {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/** Smallest and largest sample of the channels without alpha. */
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

/** Width of a range after clamping to 0..1. */
function contrast({ low, high }: Range): number {
  return Math.min(Math.max(high, 0), 1) - Math.min(Math.max(low, 0), 1);
}
