import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, parse } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { engineChoices } from '../engine/engines.ts';
import { type ErrorCode, WorkbenchError } from '../errors/errors.ts';
import { pathIdentity, uniquePaths } from '../files/paths.ts';
import { formatDuration } from '../format/format.ts';
import { isInShare, type Share, shareOf } from '../image-files/share.ts';
import { removeTemporaries } from '../runs/atomic-file.ts';
import { sha256OfFile } from '../runs/sha256.ts';
import { findBundledModel } from '../upscale/bundled-model.ts';
import {
  defaultName,
  type Existing,
  type ImagePlan,
  parseNamePattern,
  planImage,
  resultName,
} from '../upscale/plan.ts';
import { claimFolder } from '../upscale/shared-results.ts';
import { type UpscaledFile, upscaleFile } from '../upscale/upscale-file.ts';
import { assertTileFits } from '../upscale/upscale-image.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { expandPattern } from './expand-pattern.ts';
import type { OnProblem } from './open-model.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, type Reporter } from './terminal.ts';

/** Opens the model of `--model` on the engine of `--engine`; `scale` is for bicubic only. */
export type OpenModel = (
  name: string,
  options: { engine: string; scale?: number; onProblem?: OnProblem },
) => Promise<Upscaler>;

export interface UpscaleOptions {
  /** See `PlanOptions`. */
  readonly out?: string;
  readonly name?: string;
  readonly existing?: Existing;
  readonly tile?: number;
  /** Upscales only the images of this share. `weights`: see `SharedModel`. */
  readonly share?: Share & { readonly weights: string | null };
  readonly signal?: AbortSignal;
}

/** Adds `esrgan upscale` to the command. `weightsOf` returns the file of weights of a model. */
export function registerUpscale(
  program: Command,
  openModel: OpenModel,
  weightsOf: (model: string, onProblem: OnProblem) => string,
): void {
  program
    .command('upscale')
    .description('upscale images; results are <name>_x<scale> in the folder of the input')
    .argument('<image...>', 'image files or folders', expandPattern)
    .option(
      '--model <model>',
      'a run, a checkpoint, a file of weights (.safetensors, .pth, .onnx), or bicubic (default: the bundled model)',
    )
    .option('--out <folder>', 'folder for the results')
    .option('--tile <pixels>', 'tile size in the input; smaller tiles need less memory', wholeNumber)
    .option('--scale <factor>', 'factor of bicubic upscaling; models have their own', wholeNumber)
    .option('--name <pattern>', 'name of results, with {name}, {scale} and {model}', parseNamePattern)
    .option('--overwrite', 'replace existing results')
    .addOption(new Option('--rename', 'add a number to the name if the result exists').conflicts('overwrite'))
    .addOption(
      new Option(
        '--share <number/count>',
        'upscale only this part of the images, as one of several processes',
      )
        .argParser(parseShare)
        .conflicts(['overwrite', 'rename']),
    )
    .option('--engine <engine>', engineChoices, 'auto')
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', shareHelp)
    .action(async (images: string[], flags: Flags) => {
      const { model, engine, scale, json = false, overwrite, rename, share, ...options } = flags;
      const reporter = createReporter({ json, stream: process.stdout });
      const chosen = model ?? bundledModel(reporter);
      const onProblem = (message: string) => {
        reporter.line(message);
        reporter.event({ event: 'warning', message });
      };
      // The shares of a run that is still in training would have different weights.
      const file = share === undefined || chosen === 'bicubic' ? chosen : weightsOf(chosen, onProblem);
      const weights = share === undefined || file === 'bicubic' ? null : sha256OfFile(file);
      const upscaler = await openModel(file, {
        engine,
        ...(scale === undefined ? {} : { scale }),
        onProblem,
      });
      const cancel = cancelOnRequest();
      const existing = overwrite ? 'replace' : rename ? 'rename' : 'keep';
      try {
        await upscaleImages(
          upscaler,
          images,
          { ...options, existing, signal: cancel.signal, ...(share && { share: { ...share, weights } }) },
          reporter,
        );
      } finally {
        cancel.release();
        const closed = upscaler.close();
        // After a cancel the engine may still be busy for a while; the process ends without waiting for it.
        if (!cancel.signal.aborted) await closed;
      }
    });
}

const shareHelp = `
Several processes, also on several machines, divide the images of a folder:
  esrgan upscale photos --out large --share 1/20    … up to --share 20/20
Each takes the images whose names hash to its number, and skips those whose results exist, so a process that
was killed continues when it is started again. The numbers of Slurm arrays and of Kubernetes' indexed jobs:
  --share $SLURM_ARRAY_TASK_ID/20  (--array=1-20)    --share $((JOB_COMPLETION_INDEX + 1))/20
Without --share, the command then upscales what is missing, and lists what fails.
`;

/** The default model; reports its name. */
function bundledModel(reporter: Reporter): string {
  const file = findBundledModel();
  if (file === undefined) {
    throw new WorkbenchError('usage', 'This build has no bundled model. Choose a model with --model.');
  }
  reporter.line(`Using the bundled model ${basename(file)}. Choose another with --model.`);
  return file;
}

interface Flags {
  readonly model?: string;
  readonly engine: string;
  readonly out?: string;
  readonly tile?: number;
  readonly scale?: number;
  readonly name?: string;
  readonly overwrite?: boolean;
  readonly rename?: boolean;
  readonly share?: Share;
  readonly json?: boolean;
}

/**
 * Upscales files, and the images directly in folders, one after another, and emits events (`UpscaleEvent`). A failure
 * does not stop the other images.
 *
 * @throws WorkbenchError `usage` if tiles are too small for the model; if images failed, with a message that lists every failure: `interrupted` if cancelled, `partial`
 * if other images succeeded, else the code of the failures, or `data` if they differ
 */
export async function upscaleImages(
  upscaler: Upscaler,
  inputs: readonly string[],
  options: UpscaleOptions,
  reporter: Reporter,
): Promise<void> {
  const failures: { code: ErrorCode; message: string }[] = [];
  let isBatch = inputs.length > 1;
  const fail = (input: string, error: unknown) => {
    if (error instanceof WorkbenchError && error.code === 'interrupted') throw error;
    const code = error instanceof WorkbenchError ? error.code : 'internal';
    const message = error instanceof WorkbenchError ? error.message : `${input}: ${String(error)}`;
    failures.push({ code, message });
    // A single failure is reported at the end only.
    if (isBatch) reporter.line(`Failed: ${message}`);
    reporter.event({ event: 'failed', input, code, message });
  };

  if (options.tile !== undefined) assertTileFits(upscaler, options.tile);
  const { share, name = defaultName } = options;
  const found = await allImages(inputs, upscaler, name, fail);
  // Images of one name but different formats may have the same result: they are in the same share.
  const images = share ? found.filter((path) => isInShare(share, parse(path).name)) : found;
  isBatch ||= images.length > 1 || share !== undefined;
  if (share) {
    for (const folder of new Set(images.map((path) => options.out ?? dirname(path)))) {
      claimFolder(folder, name, { name: upscaler.name, weights: share.weights, scale: upscaler.scale });
    }
  }
  const { plans, kept } = await planImages(upscaler, images, options, fail);
  reporter.event({
    event: 'plan',
    model: upscaler.name,
    scale: upscaler.scale,
    pictures: plans.length,
    kept: kept.map(({ input }) => input),
    failed: failures.length,
  });
  const total = plans.length + kept.length;
  for (const [index, plan] of kept.entries()) {
    const result = await upscaleFile(upscaler, plan);
    reporter.line(`${index + 1}/${total} ${outcome(result, 0, share !== undefined)}`);
    reporter.event({ event: 'done', ...result, seconds: 0 });
  }
  for (const folder of new Set(plans.map(({ output }) => dirname(output)))) removeTemporaries(folder);

  const batch = createBatchClock(plans);
  let done = kept.length;
  try {
    for (const [index, plan] of plans.entries()) {
      await upscaleOne(plan, index).then(
        () => done++,
        (error) => fail(plan.input, error),
      );
      batch.finish(plan);
    }
  } finally {
    reporter.done();
  }
  if (share) {
    reporter.line(
      `Share ${share.number}/${share.count}: ${done - kept.length} upscaled, ${kept.length} skipped, ${failures.length} failed; the other shares have ${found.length - images.length} images.`,
    );
  }
  if (failures.length === 0) return;
  const [first] = failures;
  const same = failures.every(({ code }) => code === first!.code);
  throw new WorkbenchError(
    done > 0 ? 'partial' : same ? first!.code : 'data',
    failures.length === 1 && done === 0
      ? first!.message
      : `${failures.length} of ${failures.length + done} failed:\n${failures.map(({ message }) => `  ${message}`).join('\n')}`,
  );

  async function upscaleOne(plan: ImagePlan, index: number): Promise<void> {
    const { input } = plan;
    const position = `${kept.length + index + 1}/${total}`;
    const started = performance.now();
    reporter.event({ event: 'begin', input, picture: index + 1, pictures: plans.length });
    const result = await upscaleFile(upscaler, plan, {
      ...options,
      onProgress(progress) {
        const { tile, tiles, megapixelsPerSecond, etaSeconds } = progress;
        const speed = `${megapixelsPerSecond.toPrecision(3)} MP/s, ${formatDuration(etaSeconds)} left`;
        reporter.progress(`${position} ${basename(input)}: tile ${tile} of ${tiles}, ${speed}`);
        const batchEtaSeconds = batch.secondsLeft(plan, tile / tiles);
        reporter.event({ event: 'progress', input, ...progress, batchEtaSeconds });
      },
    });
    const seconds = (performance.now() - started) / 1000;
    reporter.line(`${position} ${outcome(result, seconds, options.share !== undefined)}`);
    reporter.event({ event: 'done', ...result, seconds });
  }
}

/** What became of an image, as text. */
function outcome(
  { output, width, height, kept, notes }: UpscaledFile,
  seconds: number,
  isShare: boolean,
): string {
  return kept
    ? `${output}: skipped, because it exists${isShare ? '' : '; --overwrite replaces it'}`
    : `${output}: ${[`${width}x${height}, ${formatDuration(seconds)}`, ...notes].join('; ')}`;
}

/** The images of files and folders, without duplicates. */
async function allImages(
  inputs: readonly string[],
  upscaler: Upscaler,
  pattern: string,
  fail: (input: string, error: unknown) => void,
): Promise<readonly string[]> {
  const images: string[] = [];
  for (const input of inputs) {
    await listImages(input, upscaler, pattern).then(
      (found) => images.push(...found),
      (error) => fail(input, error),
    );
  }
  return uniquePaths(images);
}

/** Reads the headers of all images first, so that unreadable images and existing results are reported immediately. */
async function planImages(
  upscaler: Upscaler,
  images: readonly string[],
  options: UpscaleOptions,
  fail: (input: string, error: unknown) => void,
): Promise<{ readonly plans: readonly ImagePlan[]; readonly kept: readonly ImagePlan[] }> {
  const taken = new Set<string>();
  const inputs = new Set(images.map((path) => pathIdentity(path)));
  const plans: ImagePlan[] = [];
  for (const input of images) {
    if (options.signal?.aborted) throw new WorkbenchError('interrupted', 'The upscaling was cancelled.');
    await planImage(input, upscaler, { ...options, taken, inputs }).then(
      (plan) => {
        taken.add(pathIdentity(plan.output));
        plans.push(plan);
      },
      (error) => fail(input, error),
    );
  }
  return { plans: plans.filter(({ kept }) => !kept), kept: plans.filter(({ kept }) => kept) };
}

/** Estimates the remaining time of a batch from its pixels. */
function createBatchClock(plans: readonly ImagePlan[]) {
  const pixelsOf = ({ shape }: ImagePlan) => shape.width * shape.height;
  const total = plans.reduce((sum, plan) => sum + pixelsOf(plan), 0);
  const started = performance.now();
  let finished = 0;
  return {
    finish(plan: ImagePlan): void {
      finished += pixelsOf(plan);
    },
    /** `fraction` of the current image is done. */
    secondsLeft(plan: ImagePlan, fraction: number): number {
      const done = finished + fraction * pixelsOf(plan);
      return ((performance.now() - started) / 1000 / done) * (total - done);
    },
  };
}

/** The file, or the images of the folder sorted by name, without the results of earlier calls. */
async function listImages(path: string, model: Upscaler, pattern: string): Promise<string[]> {
  const unopened = (cause: unknown): never => {
    throw new WorkbenchError('data', `${path} does not exist or cannot be opened.`, { cause });
  };
  const found = await stat(path).catch(unopened);
  if (found.isFile()) return [path];
  if (!found.isDirectory()) throw new WorkbenchError('data', `${path} is neither a file nor a folder.`);
  const names = (await readdir(path).catch(unopened)).filter((name) => isImage.test(name)).sort();
  const sources = new Map(
    names.map((name) => parse(name).name).map((stem) => [resultName(pattern, stem, model), stem]),
  );
  const inputs = names.filter((name) => {
    const { name: stem } = parse(name);
    const source = sources.get(stem) ?? sources.get(stem.replace(/-\d+$/, ''));
    return source === undefined || source === stem;
  });
  if (inputs.length === 0) {
    throw new WorkbenchError('data', `${path} contains no images (PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF).`);
  }
  return inputs.map((name) => join(path, name));
}

const isImage = /^[^.].*\.(png|jpe?g|jpe|jfif|webp|tiff?|bmp|gif|avif)$/i;

/** The argument of `--share`. */
export function parseShare(text: string): Share {
  const share = shareOf(text);
  if (share === undefined) throw new InvalidArgumentError('Use the form 3/20: the third of 20 shares.');
  return share;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}
