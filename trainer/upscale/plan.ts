import { access, stat } from 'node:fs/promises';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { pathIdentity } from '../files/paths.ts';
import { formatCount } from '../format/format.ts';
import { isReservation } from '../runs/atomic-file.ts';
import { type ImageHeader, readHeader } from './image-file.ts';
import { type ImageFormat, type ImageShape, limits } from './image-writer.ts';

/** What to do if the result exists: skip the image, replace the result, or give the new one another name. */
export type Existing = 'keep' | 'replace' | 'rename';

export interface PlanOptions {
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

/** How to upscale an image file. */
export interface ImagePlan {
  readonly input: string;
  readonly output: string;
  readonly header: ImageHeader;
  readonly shape: ImageShape;
  readonly existing: Existing;
  /** The output without the number of `rename`. */
  readonly firstOutput: string;
  /** The output exists, so the image is skipped. */
  readonly kept: boolean;
  /** For the user: skipped frames, converted colors, another format. */
  readonly notes: readonly string[];
}

/** The default name of results. */
export const defaultName = '{name}_x{scale}';

/**
 * Plans the upscaling of an image from its header. PNG, JPEG, WebP and TIFF keep their format; other formats, and results
 * too large for their format, become PNG.
 *
 * @throws WorkbenchError `data` for a file that is not an image, or whose result would overwrite another
 */
export async function planImage(
  input: string,
  model: { readonly name: string; readonly scale: number },
  options: PlanOptions = {},
): Promise<ImagePlan> {
  const { out = dirname(input), name: pattern = defaultName, existing = 'keep', taken, inputs } = options;
  const header = await readHeader(input);
  const { shape, notes } = outputShape(header, model.scale);

  const name = resultName(pattern, parse(input).name, model);
  const extension = extensionOf(input, shape.format);
  const first = join(out, name + extension);
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
    input,
    output,
    header,
    shape,
    existing,
    firstOutput: first,
    kept: existing === 'keep' && (await exists(output)) && !isReservation(output),
    notes: [...header.notes, ...notes],
  };
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
 * `{scale}` and `{model}`.
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
  model: { readonly name: string; readonly scale: number },
): string {
  const values: Readonly<Record<string, string>> = {
    '{name}': name,
    '{scale}': String(model.scale),
    '{model}': modelLabel(model.name),
  };
  return pattern.replaceAll(/\{\w+\}/g, (key) => values[key] ?? key);
}

/** Identifies a model in a file name; a checkpoint by its run, stage and step. */
function modelLabel(path: string): string {
  const [file = '', checkpoint, folder, run] = path.split(/[\\/]/).reverse();
  if (folder === 'checkpoints' && file.startsWith('generator')) return `${run}-${checkpoint}`;
  return parse(file).name;
}

/** The result, and notes about its format. */
function outputShape(
  header: ImageHeader,
  scale: number,
): { readonly shape: ImageShape; readonly notes: readonly string[] } {
  const width = header.width * scale;
  const height = header.height * scale;
  const preferred = isImageFormat(header.format) ? header.format : 'png';
  const reason = tooLarge(preferred, width, height);
  const format = reason === undefined ? preferred : 'png';
  // JPEG and WebP store 8 bits only.
  const bits = format === 'jpeg' || format === 'webp' ? 8 : header.bits;
  const note = `written as ${format.toUpperCase()}${reason === undefined ? '' : `, because ${reason}`}`;
  return { shape: { ...header, width, height, format, bits }, notes: format === header.format ? [] : [note] };
}

/** Why a format cannot hold so many pixels; undefined if it can. */
function tooLarge(format: ImageFormat, width: number, height: number): string | undefined {
  const { side = Number.POSITIVE_INFINITY, pixels = Number.POSITIVE_INFINITY } = limits[format] ?? {};
  const name = { png: 'PNG', jpeg: 'JPEG', webp: 'WebP', tiff: 'TIFF' }[format];
  if (Math.max(width, height) > side) return `${name} holds at most ${formatCount(side)} pixels per side`;
  if (width * height <= pixels) return undefined;
  return `${name} of more than ${formatCount(pixels / 1e6)} megapixels needs gigabytes of memory`;
}

const extensions: Readonly<Record<ImageFormat, readonly string[]>> = {
  png: ['.png'],
  jpeg: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  webp: ['.webp'],
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
