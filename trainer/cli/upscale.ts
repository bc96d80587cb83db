import { readdir, stat } from 'node:fs/promises';
import { basename, join, parse } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { type ErrorCode, WorkbenchError } from '../errors/errors.ts';
import { upscaleFile } from '../upscale/upscale-file.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { createReporter, formatDuration, type Reporter } from './terminal.ts';

/** Opens what `--model` names on the engine that `--engine` names; `scale` is for bicubic, which has none. */
export type OpenModel = (name: string, options: { engine: string; scale?: number }) => Promise<Upscaler>;

export interface UpscaleOptions {
  readonly out?: string;
  readonly tile?: number;
  readonly overwrite?: boolean;
  readonly signal?: AbortSignal;
}

/** Adds `esrgan upscale` to the command. */
export function registerUpscale(program: Command, openModel: OpenModel): void {
  program
    .command('upscale')
    .description('enlarge pictures; each result is <name>_x<scale> beside its input')
    .argument('<image...>', 'picture files, or folders of them')
    .requiredOption(
      '--model <model>',
      'a run, a checkpoint, a file of weights (.safetensors, .pth, .onnx), or bicubic',
    )
    .option('--out <folder>', 'put the results there')
    .option('--tile <pixels>', 'side of a tile in the input: smaller needs less memory', wholeNumber)
    .option('--scale <factor>', 'enlargement by bicubic; a net has its own', wholeNumber)
    .option('--overwrite', 'replace results that exist')
    .option('--engine <engine>', 'cuda, tensorflow, webgpu, cpu, or auto', 'auto')
    .option('--json', 'one JSON object a line')
    .action(async (images: string[], { model, engine, scale, json = false, ...options }: Flags) => {
      const upscaler = await openModel(model, { engine, ...(scale === undefined ? {} : { scale }) });
      const reporter = createReporter({ json, stream: process.stdout });
      const cancel = new AbortController();
      // Once: a second Ctrl-C ends the process as it always does.
      const interrupt = () => cancel.abort();
      process.once('SIGINT', interrupt);
      try {
        await upscalePictures(upscaler, images, { ...options, signal: cancel.signal }, reporter);
      } finally {
        process.off('SIGINT', interrupt);
        await upscaler.close();
      }
    });
}

interface Flags {
  readonly model: string;
  readonly engine: string;
  readonly out?: string;
  readonly tile?: number;
  readonly scale?: number;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/**
 * Enlarges files, and the pictures that lie directly in folders, one after the other. A failure does not stop
 * the others.
 *
 * @throws WorkbenchError when something failed, with a message that lists every failure: `interrupted` when
 * cancelled, `partial` when some pictures were done, else the code of the failures, or `data` where they differ.
 */
export async function upscalePictures(
  upscaler: Upscaler,
  inputs: readonly string[],
  options: UpscaleOptions,
  reporter: Reporter,
): Promise<void> {
  const failures: { code: ErrorCode; message: string }[] = [];
  const fail = (input: string, error: unknown) => {
    if (error instanceof WorkbenchError && error.code === 'interrupted') throw error;
    const code = error instanceof WorkbenchError ? error.code : 'internal';
    const message = error instanceof WorkbenchError ? error.message : `${input}: ${String(error)}`;
    failures.push({ code, message });
    reporter.line(`Failed: ${message}`);
    reporter.event({ event: 'failed', input, code, message });
  };

  const pictures: string[] = [];
  for (const input of inputs) {
    await listPictures(input, upscaler.scale).then(
      (found) => pictures.push(...found),
      (error) => fail(input, error),
    );
  }
  const written = new Set<string>();
  try {
    for (const [index, input] of pictures.entries()) {
      await upscaleOne(input, `${index + 1}/${pictures.length}`).catch((error) => fail(input, error));
    }
  } finally {
    reporter.done();
  }
  if (failures.length === 0) return;
  const [first] = failures;
  const same = failures.every(({ code }) => code === first!.code);
  const done = written.size > 0;
  throw new WorkbenchError(
    done ? 'partial' : same ? first!.code : 'data',
    failures.length === 1 && !done
      ? first!.message
      : `${failures.length} of ${failures.length + written.size} failed:\n${failures.map(({ message }) => `  ${message}`).join('\n')}`,
  );

  async function upscaleOne(input: string, position: string): Promise<void> {
    const started = performance.now();
    const result = await upscaleFile(upscaler, input, {
      ...options,
      taken: written,
      onProgress(progress) {
        const { tile, tiles, megapixelsPerSecond, etaSeconds } = progress;
        const speed = `${megapixelsPerSecond.toPrecision(3)} MP/s, ${formatDuration(etaSeconds)} left`;
        reporter.progress(`${position} ${basename(input)}: tile ${tile} of ${tiles}, ${speed}`);
        reporter.event({ event: 'progress', input, ...progress });
      },
    });
    written.add(result.output);
    const seconds = (performance.now() - started) / 1000;
    const what = result.kept
      ? 'exists and is kept; --overwrite replaces it'
      : `${result.width}x${result.height}, ${formatDuration(seconds)}`;
    reporter.line(`${position} ${result.output}: ${[what, ...result.notes].join('; ')}`);
    reporter.event({ event: 'done', ...result, seconds });
  }
}

/** A file itself, or the pictures of a folder, in order of their names, without the results of earlier calls. */
async function listPictures(path: string, scale: number): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new WorkbenchError('data', `${path} does not exist or cannot be opened.`, { cause });
  });
  if (!found.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => isPicture.test(name)).sort();
  const stems = new Set(names.map((name) => parse(name).name));
  const suffix = `_x${scale}`;
  const inputs = names.filter((name) => {
    const { name: stem } = parse(name);
    return !(stem.endsWith(suffix) && stems.has(stem.slice(0, -suffix.length)));
  });
  if (inputs.length === 0) {
    throw new WorkbenchError('data', `${path} holds no pictures (PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF).`);
  }
  return inputs.map((name) => join(path, name));
}

const isPicture = /^[^.].*\.(png|jpe?g|jpe|jfif|webp|tiff?|bmp|gif|avif)$/i;

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
