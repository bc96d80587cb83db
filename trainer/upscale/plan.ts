import { access, stat } from 'node:fs/promises';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { pathIdentity } from '../files/paths.ts';
import { formatCount } from '../format/format.ts';
import type { ImageSize } from '../image-files/image-size.ts';
import { isReservation } from '../runs/atomic-file.ts';
import { type ImageHeader, readHeader } from './image-file.ts';
import { type ChromaSubsampling, type ImageFormat, type ImageShape, limits } from './image-writer.ts';
import { pixelLabel, planSize, type SizePlan, type SizeRequest, sizeLabel } from './output-size.ts';

/**
 * What to do if the result exists: skip the image, replace the result, give the new one another name, or replace the result
 * if it is older than the image.
 */
export type Existing = 'keep' | 'replace' | 'rename' | 'update';

export interface PlanOptions extends OutputOptions {
  /** Folder for the output; by default the folder of the input. */
  readonly out?: string;
  /** See `parseNamePattern`; `defaultName` by default. */
  readonly name?: string;
  /** `keep` by default. */
  readonly existing?: Existing;
  /** Outputs of other inputs of the same batch, by their `pathIdentity`, which are never replaced. */
  readonly taken?: ReadonlySet<string>;
  /** Inputs of the same batch, by their `pathIdentity`, which are never replaced. */
  readonly inputs?: ReadonlySet<string>;
}

/** The size and the encoding of results. */
export interface OutputOptions {
  /** By default the size that the model makes. */
  readonly size?: SizeRequest;
  /** By default the format of the input. */
  readonly format?: ImageFormat;
  /** See `ImageShape`. */
  readonly quality?: number;
  readonly chroma?: ChromaSubsampling;
}

/** The file of a result. */
export interface OutputPlan {
  readonly output: string;
  readonly existing: Exclude<Existing, 'update'>;
  /** The output without the number of `rename`. */
  readonly firstOutput: string;
  /** The output exists, so the image is skipped. */
  readonly kept: boolean;
}

/** How to upscale an image file. */
export interface ImagePlan extends OutputPlan {
  readonly kind: 'image';
  readonly input: string;
  readonly header: ImageHeader;
  readonly shape: ImageShape;
  readonly size: SizePlan;
  /** For the user: skipped frames, converted colors, another format. */
  readonly notes: readonly string[];
}

/** The default name of results. */
export const defaultName = '{name}_x{scale}';

/**
 * Plans the upscaling of an image from its header. PNG, JPEG, WebP, AVIF, TIFF and animated GIF keep their format unless another is
 * chosen; other formats, and results too large for their format, become PNG.
 *
 * @throws WorkbenchError `data` for a file that is not an image, or whose result would overwrite another; `usage` for a size
 * that the model cannot reach
 */
export async function planImage(
  input: string,
  model: { readonly name: string; readonly scale: number },
  options: PlanOptions = {},
): Promise<ImagePlan> {
  const header = await readHeader(input);
  const size = reachableSize(input, header, model, options);
  const { shape, notes } = outputShape(header, size, options);
  const { animation: _, ...still } = header;
  return {
    kind: 'image',
    input,
    ...(await planOutput(input, extensionOf(input, shape.format), model, options)),
    header: shape.animation ? header : still,
    shape,
    size,
    notes: [...header.notes, ...notes],
  };
}

/** The plan of a size; throws a `usage` error if the model cannot reach it. */
export function reachableSize(
  input: string,
  image: ImageSize,
  model: { readonly name: string; readonly scale: number },
  options: OutputOptions,
): SizePlan {
  const size = planSize(options.size, image, model.scale);
  if (size !== undefined) return size;
  throw new WorkbenchError(
    'usage',
    `${model.name} has scale 1, and cannot make ${input} larger. Choose a model of a larger scale, or let one follow with --then.`,
  );
}

/**
 * The file of a result.
 *
 * @throws WorkbenchError `data` if it would overwrite another
 */
export async function planOutput(
  input: string,
  extension: string,
  model: { readonly name: string; readonly scale: number },
  options: PlanOptions,
): Promise<OutputPlan> {
  const { out = dirname(input), name: pattern = defaultName, taken, inputs } = options;
  const name = resultName(pattern, parse(input).name, {
    ...model,
    ...(options.size && { size: options.size }),
  });
  const first = join(out, name + extension);
  const { existing: requested = 'keep' } = options;
  const existing = requested !== 'update' ? requested : (await isOlder(first, input)) ? 'replace' : 'keep';
  const isFree = async (path: string) => taken?.has(pathIdentity(path)) !== true && !(await exists(path));
  const output = existing === 'rename' ? await freeName(first, isFree) : first;
  const conflict = taken?.has(pathIdentity(output))
    ? 'the result of another input'
    : (await isSameFile(output, input))
      ? 'the image itself'
      : existing === 'replace' && inputs?.has(pathIdentity(output))
        ? 'another input'
        : undefined;
  if (conflict !== undefined) {
    throw new WorkbenchError(
      'data',
      `The result of ${input} would be written to ${output}, which is ${conflict}. Rename one, or use another --out or --name.`,
    );
  }
  return {
    output,
    existing,
    firstOutput: first,
    kept: existing === 'keep' && (await exists(output)) && !isReservation(output),
  };
}

/** Whether a file that exists was last changed before the other. */
async function isOlder(path: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([path, other].map((each) => stat(each).catch(() => undefined)));
  return first !== undefined && second !== undefined && first.mtimeMs < second.mtimeMs;
}

async function freeName(path: string, isFree: (path: string) => Promise<boolean>): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = numberedPath(path, number);
    if (await isFree(candidate)) return candidate;
  }
}

/** The path with a number after its name, from 2 on. */
export function numberedPath(path: string, number: number): string {
  const { dir, name, ext } = parse(path);
  return number === 1 ? path : join(dir, `${name}-${number}${ext}`);
}

/**
 * Validates a pattern for the names of results without extension: text with `{name}` (of the input), and optionally
 * `{scale}` and `{model}`. Where the size was chosen in pixels, `x{scale}` and `{scale}` become the size (`sizeLabel`).
 *
 * @throws WorkbenchError `usage` if it is not valid
 */
export function parseNamePattern(pattern: string): string {
  const refuse = (what: string) =>
    new WorkbenchError('usage', `The name ${pattern} ${what}. Example: ${defaultName}.`);
  if (!pattern.includes('{name}'))
    throw refuse('does not contain {name}, so all results would have the same name');
  const [unknown] = pattern.match(/\{(?!(?:name|scale|model)\})[^}]*\}?/) ?? [];
  if (unknown !== undefined)
    throw refuse(`contains ${unknown}; only {name}, {scale} and {model} are possible`);
  if (/[\\/:*?"<>|]/.test(pattern)) throw refuse('contains a character that is not allowed in file names');
  return pattern;
}

/** The name of a result, without its extension. */
export function resultName(
  pattern: string,
  name: string,
  model: { readonly name: string; readonly scale: number; readonly size?: SizeRequest },
): string {
  const { size } = model;
  const label = sizeLabel(size, model.scale);
  const values: Readonly<Record<string, string>> = {
    '{name}': name,
    'x{scale}': size === undefined || 'scale' in size ? `x${label}` : label,
    '{scale}': label,
    '{model}': modelLabel(model.name),
  };
  return pattern.replaceAll(/x\{scale\}|\{\w+\}/g, (key) => values[key] ?? key);
}

/**
 * The name of the image of which a file may be the result, by its name without extension: of this model for a pattern with
 * `{model}`, else of any; of any size, but a bare `{scale}` only of this scale or a size in pixels, because the number may
 * as well belong to the name.
 */
export function sourceName(
  pattern: string,
  result: string,
  model: { readonly name: string; readonly scale: number; readonly size?: SizeRequest },
): string | undefined {
  if (pattern === '{name}') return undefined;
  const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const expressions: Readonly<Record<string, string>> = {
    'x{scale}': `(?:x\\d+(?:\\.\\d+)?|${pixelLabel})`,
    '{scale}': `(?:${literal(sizeLabel(model.size, model.scale))}|${pixelLabel})`,
    '{model}': literal(modelLabel(model.name)),
  };
  const expression = pattern
    .split(/(x\{scale\}|\{\w+\})/)
    .map((part) => (part === '{name}' ? part : (expressions[part] ?? literal(part))))
    .join('')
    .replace('{name}', '(.+)')
    .replaceAll('{name}', '\\1');
  // `rename` adds a number.
  return new RegExp(`^${expression}(?:-\\d+)?$`).exec(result)?.[1];
}

/** Identifies models in a file name; a checkpoint by its run, stage and step. */
function modelLabel(name: string): string {
  return name
    .split(/ then | and (?:[\d.]+ of )?/)
    .map(fileLabel)
    .join('-');
}

function fileLabel(path: string): string {
  const [file = '', checkpoint, folder, run] = path.split(/[\\/]/).reverse();
  if (folder === 'checkpoints' && file.startsWith('generator')) return `${run}-${checkpoint}`;
  return parse(file).name;
}

/** The result, and notes about its format. */
function outputShape(
  header: ImageHeader,
  { width, height, passes, model }: SizePlan,
  { format: chosen, quality, chroma }: OutputOptions,
): { readonly shape: ImageShape; readonly notes: readonly string[] } {
  const { animation, ...still } = header;
  const own = isImageFormat(header.format) && (header.format !== 'gif' || animation) ? header.format : 'png';
  const preferred = chosen ?? own;
  const reason = tooLarge(preferred, width, height);
  const format = reason === undefined ? preferred : 'png';
  // AVIF could store 10 and 12 bits, but not the encoder of sharp's builds.
  const bits = format === 'png' || format === 'tiff' ? header.bits : 8;
  const moves = animation && (format === 'gif' || format === 'webp') ? { animation } : {};
  const isFlattened = format === 'jpeg' && header.channels % 2 === 0;
  const notes = [
    ...(format === (chosen ?? header.format)
      ? []
      : [`written as ${format.toUpperCase()}${reason === undefined ? '' : `, because ${reason}`}`]),
    ...(bits < header.bits
      ? [`written with 8 bits instead of ${header.bits}, the most in ${nameOf[format]} here`]
      : []),
    ...(isFlattened ? ['transparent parts became white, because JPEG has no transparency'] : []),
    ...(quality !== undefined && format === chosen && (format === 'png' || format === 'tiff')
      ? [`${nameOf[format]} is lossless, so the quality is not used`]
      : []),
    ...(animation && !('animation' in moves)
      ? [`only the first of ${animation.frames} frames is upscaled: ${nameOf[format]} has no animations here`]
      : []),
    ...(passes === 0 ? ['only downscaled, because the image is larger than the result'] : []),
  ];
  const encoding = { ...(quality === undefined ? {} : { quality }), ...(chroma && { chroma }) };
  return { shape: { ...still, ...moves, width, height, model, format, bits, ...encoding }, notes };
}

const nameOf: Readonly<Record<ImageFormat, string>> = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
};

/** Why a format cannot hold so many pixels; undefined if it can. */
function tooLarge(format: ImageFormat, width: number, height: number): string | undefined {
  const { side = Number.POSITIVE_INFINITY, pixels = Number.POSITIVE_INFINITY } = limits[format] ?? {};
  const name = nameOf[format];
  if (Math.max(width, height) > side) return `${name} holds at most ${formatCount(side)} pixels per side`;
  if (width * height <= pixels) return undefined;
  return `${name} of more than ${formatCount(pixels / 1e6)} megapixels needs gigabytes of memory`;
}

const extensions: Readonly<Record<ImageFormat, readonly string[]>> = {
  png: ['.png'],
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  webp: ['.webp'],
  avif: ['.avif'],
  gif: ['.gif'],
  tiff: ['.tif', '.tiff'],
};

function isImageFormat(format: string): format is ImageFormat {
  return format in extensions;
}

/** The extension of the input if it fits the format, else the usual one. */
function extensionOf(input: string, format: ImageFormat): string {
  const own = extname(input);
  return extensions[format].includes(own.toLowerCase()) ? own : (extensions[format][0] ?? '');
}

/** Whether both paths lead to one existing file. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  if (resolve(a) === resolve(b)) return true;
  const [first, second] = await Promise.all(
    [a, b].map((path) => stat(path, { bigint: true }).catch(() => undefined)),
  );
  return first !== undefined && first.ino !== 0n && first.ino === second?.ino && first.dev === second.dev;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
