import { access, mkdir } from 'node:fs/promises';
import { dirname, extname, join, parse } from 'node:path';
import type { FloatImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { upscaleLayers } from './layers.ts';
import { type PictureHeader, readHeader, readPixels } from './picture.ts';
import { longestSide, type PictureFormat, type PictureShape, writePicture } from './picture-writer.ts';
import { bleedColours } from './transparency.ts';
import { type Piece, upscaleTiles } from './upscale-image.ts';
import type { Upscaler } from './upscaler.ts';

export interface UpscaleFileOptions {
  /** Folder for the output; beside the input by default. Made where it is missing. */
  readonly out?: string;
  /** Replaces an output that exists; otherwise it is kept and the input is not touched. */
  readonly overwrite?: boolean;
  /** Outputs of other inputs of the same batch: one of them is never replaced, nor taken for an older result. */
  readonly taken?: ReadonlySet<string>;
  /** Side of a tile in pixels of the input, context included. */
  readonly tile?: number;
  /** Cancels before the next tile. */
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
 * Enlarges one picture file to `<name>_x<scale>.<ext>`. PNG, JPEG, WebP and TIFF keep their format; others
 * become PNG, and so does a result too large for its format. Grey, alpha, 16 bits and the colour profile
 * survive, the EXIF block too except in TIFF; the EXIF orientation is applied.
 *
 * Memory at the peak: the input at 4 bytes a sample, one row of tiles of the output at 1 or 2 bytes a sample,
 * and what the engine needs for one tile. The rest of the output waits on disk (see `writePicture`).
 *
 * @throws WorkbenchError `data`, `disk`, `engine`, `interrupted`; no file is left behind then, and an output
 * that existed is untouched.
 */
export async function upscaleFile(
  upscaler: Upscaler,
  input: string,
  options: UpscaleFileOptions = {},
): Promise<UpscaledFile> {
  const { out = dirname(input), overwrite = false, taken } = options;
  const header = await readHeader(input);
  const shape = outputShape(header, upscaler.scale);
  const output = join(out, outputName(input, upscaler.scale, shape.format));
  const { width, height } = shape;
  if (taken?.has(output)) {
    throw new WorkbenchError(
      'data',
      `${input} would go to ${output}, which is the result of another input. Rename one, or use another --out.`,
    );
  }
  const notes = [...header.notes];
  if (shape.format !== header.format) notes.push(`written as ${shape.format.toUpperCase()}`);
  if (!overwrite && (await exists(output))) return { input, output, width, height, kept: true, notes };

  const pixels = await readPixels(header);
  const picture = shape.channels % 2 === 0 ? bleedColours(pixels) : pixels;
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new WorkbenchError('disk', `${out} cannot be made a folder (${String(cause)}).`, { cause });
  });
  const writer = await writePicture(output, shape);
  try {
    const range = await writeTiles(upscaler, picture, shape, options, (rows) => writer.append(rows));
    if (contrast(range) < 0.5 / largest(shape.bits) && contrast(colourRange(picture)) > 0.02) {
      throw new WorkbenchError(
        'engine',
        `${upscaler.name} made one flat colour of ${input}. Its weights are damaged, or the GPU failed: try --engine cpu.`,
      );
    }
    await writer.finish();
  } finally {
    await writer.discard();
  }
  return { input, output, width, height, kept: false, notes };
}

/**
 * Enlarges tile by tile and hands on each row of tiles when it is complete, as samples of the output.
 * Gives the range of the colours, to tell a picture from the flat result of a broken GPU.
 */
async function writeTiles(
  upscaler: Upscaler,
  picture: FloatImage,
  { width, height, channels, bits }: PictureShape,
  { tile, signal, onProgress }: UpscaleFileOptions,
  append: (rows: Uint8Array | Uint16Array) => Promise<void>,
): Promise<Range> {
  const started = performance.now();
  const pieces = upscaleTiles(upscaleLayers(upscaler), picture, {
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
  const range = { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
  for await (const { rect, pixels } of pieces) {
    if (rect.x === 0) {
      const samples = rect.height * width * channels;
      band = bits === 16 ? new Uint16Array(samples) : new Uint8Array(samples);
    }
    quantise(pixels, rect, band, width, largest(bits));
    const { low, high } = colourRange(pixels);
    range.low = Math.min(range.low, low);
    range.high = Math.max(range.high, high);
    if (rect.x + rect.width === width) await append(band);
  }
  return range;
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

function outputShape(header: PictureHeader, scale: number): PictureShape {
  const width = header.width * scale;
  const height = header.height * scale;
  const wanted = isPictureFormat(header.format) ? header.format : 'png';
  const format = Math.max(width, height) > longestSide[wanted] ? 'png' : wanted;
  // JPEG and WebP store 8 bits only.
  const bits = format === 'jpeg' || format === 'webp' ? 8 : header.bits;
  return { ...header, width, height, format, bits };
}

const extensions: Readonly<Record<PictureFormat, readonly string[]>> = {
  png: ['.png'],
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  webp: ['.webp'],
  tiff: ['.tif', '.tiff'],
};

function isPictureFormat(format: string): format is PictureFormat {
  return format in extensions;
}

/** `<name>_x<scale>` with the extension of the input where that fits the format, else the usual one. */
function outputName(input: string, scale: number, format: PictureFormat): string {
  const own = extname(input);
  const fitting = extensions[format].includes(own.toLowerCase()) ? own : extensions[format][0];
  return `${parse(input).name}_x${scale}${fitting}`;
}

/** The largest sample value. */
function largest(bits: 8 | 16): number {
  return bits === 16 ? 65535 : 255;
}

interface Range {
  readonly low: number;
  readonly high: number;
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

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
