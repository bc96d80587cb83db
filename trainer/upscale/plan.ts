import { access } from 'node:fs/promises';
import { dirname, extname, join, parse, resolve } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { formatCount } from '../format/format.ts';
import { type ImageHeader, readHeader } from './image-file.ts';
import { type ImageFormat, type ImageShape, limits } from './image-writer.ts';

/** What happens where a result of that name exists: it stays, it is replaced, or the new one gets another name. */
export type Existing = 'keep' | 'replace' | 'rename';

export interface PlanOptions {
  /** Folder for the output; beside the input by default. */
  readonly out?: string;
  /** See `parseNamePattern`; `usualName` by default. */
  readonly name?: string;
  /** `keep` by default. */
  readonly existing?: Existing;
  /** Outputs of other inputs of the same batch: one of them is never replaced, nor taken for an older result. */
  readonly taken?: ReadonlySet<string>;
}

/** What will become of an image file. */
export interface ImagePlan {
  readonly input: string;
  readonly output: string;
  readonly header: ImageHeader;
  readonly shape: ImageShape;
  /** The output exists and is left as it is. */
  readonly kept: boolean;
  /** What a person should know: frames left out, colors converted, another format. */
  readonly notes: readonly string[];
}

/** How results are called where nobody says otherwise. */
export const usualName = '{name}_x{scale}';

/**
 * Decides what an image becomes, from its header alone. PNG, JPEG, WebP and TIFF keep their format; others become
 * PNG, and so does a result too large for its format.
 *
 * @param model what the upscaler is called, and by how much it upscales
 * @throws WorkbenchError `data` for a file that is no image or whose result would be in the way of another
 */
export async function planImage(
  input: string,
  model: { readonly name: string; readonly scale: number },
  options: PlanOptions = {},
): Promise<ImagePlan> {
  const { out = dirname(input), name: pattern = usualName, existing = 'keep', taken } = options;
  const header = await readHeader(input);
  const { shape, notes } = outputShape(header, model.scale);

  const name = resultName(pattern, parse(input).name, model);
  const extension = extensionOf(input, shape.format);
  const first = join(out, name + extension);
  const isFree = async (path: string) => taken?.has(path) !== true && !(await exists(path));
  const output = existing === 'rename' ? await freeName(first, extension, isFree) : first;
  if (taken?.has(output) || resolve(output) === resolve(input)) {
    const whose = taken?.has(output) ? 'the result of another input' : 'the image itself';
    throw new WorkbenchError(
      'data',
      `${input} would go to ${output}, which is ${whose}. Rename one, or use another --out or --name.`,
    );
  }
  return {
    input,
    output,
    header,
    shape,
    kept: existing === 'keep' && (await exists(output)),
    notes: [...header.notes, ...notes],
  };
}

/** The path itself, or with the first number behind its name for which it is free. */
async function freeName(
  path: string,
  extension: string,
  isFree: (path: string) => Promise<boolean>,
): Promise<string> {
  const stem = path.slice(0, path.length - extension.length);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${stem}-${number}${extension}`;
    if (await isFree(candidate)) return candidate;
  }
}

/**
 * Checks a pattern for the names of results, without their extension: a text with `{name}`, the input's name, and
 * where wanted `{scale}` and `{model}`.
 *
 * @throws WorkbenchError `usage` that says what is wrong with it
 */
export function parseNamePattern(pattern: string): string {
  const refuse = (what: string) =>
    new WorkbenchError('usage', `The name ${pattern} ${what}. An example: ${usualName}.`);
  if (!pattern.includes('{name}'))
    throw refuse('has no {name} in it, so all results would be called the same');
  const [unknown] = pattern.match(/\{(?!(?:name|scale|model)\})[^}]*\}?/) ?? [];
  if (unknown !== undefined) throw refuse(`has ${unknown} in it; known are {name}, {scale} and {model}`);
  if (/[\\/:*?"<>|]/.test(pattern)) throw refuse('has a character in it that file names cannot have');
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

/** What tells a model from others in a file name: of a run's checkpoint its run, stage and step. */
function modelLabel(path: string): string {
  const [file = '', checkpoint, folder, run] = path.split(/[\\/]/).reverse();
  if (folder === 'checkpoints' && file.startsWith('generator')) return `${run}-${checkpoint}`;
  return parse(file).name;
}

/** The result, and what a person should know of its format. */
function outputShape(
  header: ImageHeader,
  scale: number,
): { readonly shape: ImageShape; readonly notes: readonly string[] } {
  const width = header.width * scale;
  const height = header.height * scale;
  const wanted = isImageFormat(header.format) ? header.format : 'png';
  const reason = tooLarge(wanted, width, height);
  const format = reason === undefined ? wanted : 'png';
  // JPEG and WebP store 8 bits only.
  const bits = format === 'jpeg' || format === 'webp' ? 8 : header.bits;
  const note = `written as ${format.toUpperCase()}${reason === undefined ? '' : `, because ${reason}`}`;
  return { shape: { ...header, width, height, format, bits }, notes: format === header.format ? [] : [note] };
}

/** Why a format cannot hold so many pixels; undefined where it can. */
function tooLarge(format: ImageFormat, width: number, height: number): string | undefined {
  const { side = Number.POSITIVE_INFINITY, pixels = Number.POSITIVE_INFINITY } = limits[format] ?? {};
  const name = { png: 'PNG', jpeg: 'JPEG', webp: 'WebP', tiff: 'TIFF' }[format];
  if (Math.max(width, height) > side) return `${name} holds at most ${formatCount(side)} pixels a side`;
  if (width * height <= pixels) return undefined;
  return `${name} of more than ${formatCount(pixels / 1e6)} megapixels takes gigabytes of memory`;
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

/** The extension of the input where that fits the format, else the usual one. */
function extensionOf(input: string, format: ImageFormat): string {
  const own = extname(input);
  return extensions[format].includes(own.toLowerCase()) ? own : (extensions[format][0] ?? '');
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
