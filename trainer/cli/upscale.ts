import { stat } from 'node:fs/promises';
import { basename, dirname, join, parse, relative, resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { engineChoices } from '../engine/engines.ts';
import { type ErrorCode, WorkbenchError } from '../errors/errors.ts';
import { bundledModelFile, bundledModelFor, bundledModels } from '../files/bundled-models.ts';
import { isImageName, isVideoName, videoExtensions } from '../files/image-names.ts';
import { isInside, pathIdentity, sortPaths } from '../files/paths.ts';
import { formatDuration } from '../format/format.ts';
import type { ModelChain } from '../guards/model-chain.ts';
import { isInShare, type Share, shareOf } from '../image-files/share.ts';
import { everything, walk } from '../image-files/walk.ts';
import { removeTemporaries } from '../runs/atomic-file.ts';
import { sha256OfText } from '../runs/sha256.ts';
import {
  type ChromaSubsampling,
  chromaSubsamplings,
  type ImageFormat,
  imageFormats,
} from '../upscale/image-writer.ts';
import { type SizeRequest, sizeText } from '../upscale/output-size.ts';
import {
  defaultName,
  type Existing,
  type ImagePlan,
  type OutputOptions,
  parseNamePattern,
  planImage,
  sourceName,
} from '../upscale/plan.ts';
import { claimFolder } from '../upscale/shared-results.ts';
import { type UpscaledFile, type UpscaleFileOptions, upscaleFile } from '../upscale/upscale-file.ts';
import { assertTileFits } from '../upscale/upscale-image.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { planVideo, upscaleVideo, type VideoPlan } from '../upscale/video/upscale-video.ts';
import { sha256OfWeights } from '../weights/weights-sha256.ts';
import { expandPattern } from './expand-pattern.ts';
import { parseAlpha } from './interpolate.ts';
import { type OpenModel, openChain } from './open-chain.ts';
import type { OnProblem } from './open-model.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, type Reporter } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

export interface UpscaleOptions extends OutputOptions {
  /** See `PlanOptions`. */
  readonly out?: string;
  readonly name?: string;
  readonly existing?: Existing;
  readonly tile?: number;
  /** Upscales only the images of this share. `weights`: see `SharedModel`. */
  readonly share?: Share & { readonly weights: string | null };
  /** SHA-256 of the model's weights, for videos; null for bicubic. */
  readonly weights?: string | null;
  /** The model is a `selfEnsemble`. */
  readonly tta?: boolean;
  readonly signal?: AbortSignal;
  /** Only tells what would be done. */
  readonly dryRun?: boolean;
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
    .argument(
      '<image...>',
      'image and video files, or folders of images with their subfolders',
      expandPattern,
    )
    .option(
      '--model <model>',
      'a run, a checkpoint, a file of weights (.safetensors, .pth, .onnx, .param), faithful, photo or bicubic (default: photo for JPEG, WebP, AVIF and videos, else faithful)',
    )
    .option(
      '--then <model>',
      'a model for the result of the one before; repeatable',
      (model, earlier: readonly string[] = []) => [...earlier, model],
    )
    .addOption(new Option('--model2 <model>', 'interpolate --model with this one, of the same network'))
    .addOption(
      new Option('--alpha <weight>', 'weight of --model2, 0 to 1 (default: 0.5)').argParser(parseAlpha),
    )
    .option(
      '--tta',
      'test-time augmentation: the mean over 8 mirrored and rotated images, in 8 times the time',
    )
    .option('--scale <factor>', 'size of the results: this factor, such as 2.5', parseFactor)
    .addOption(
      new Option('--width <pixels>', 'size of the results: this width; with --height, to fit into both')
        .argParser(wholeNumber)
        .conflicts('scale'),
    )
    .addOption(
      new Option('--height <pixels>', 'size of the results: this height')
        .argParser(wholeNumber)
        .conflicts('scale'),
    )
    .addOption(
      new Option('--megapixels <millions>', 'size of the results: this many millions of pixels')
        .argParser(parsePositive)
        .conflicts(['scale', 'width', 'height']),
    )
    .addOption(
      new Option('--format <format>', 'format of the results (default: that of the image)')
        .choices(imageFormats)
        .argParser(parseFormat),
    )
    .option(
      '--quality <percent>',
      'of JPEG (default: 95), AVIF (default: 90) and WebP (default: lossless), 1 to 100',
      parseQuality,
    )
    .addOption(
      new Option('--chroma <subsampling>', 'color resolution of JPEG and AVIF (default: 4:4:4)').choices(
        chromaSubsamplings,
      ),
    )
    .option('--out <folder>', 'folder for the results, in which the subfolders of folders are repeated')
    .option('--tile <pixels>', 'tile size in the input; smaller tiles need less memory', wholeNumber)
    .option('--name <pattern>', 'name of results, with {name}, {scale} and {model}', parseNamePattern)
    .option('--overwrite', 'replace existing results')
    .addOption(new Option('--rename', 'add a number to the name if the result exists').conflicts('overwrite'))
    .addOption(
      new Option('--update', 'replace results that are older than their image').conflicts([
        'overwrite',
        'rename',
      ]),
    )
    .addOption(
      new Option(
        '--share <number/count>',
        'upscale only this part of the images, as one of several processes',
      )
        .argParser(parseShare)
        .conflicts(['overwrite', 'rename', 'update']),
    )
    .option('--dry-run', 'only print what would be done')
    .option('--engine <engine>', engineChoices, 'auto')
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', sizeHelp + shareHelp)
    .action(async (images: string[], flags: Flags) => {
      const { model, then = [], model2, alpha, tta = false, engine, json = false, share, ...options } = flags;
      const { scale, width, height, megapixels, overwrite, rename, update, ...others } = options;
      const reporter = createReporter({ json, stream: process.stdout });
      const size = sizeOf({ scale, width, height, megapixels });
      const listed = { ...others, ...(size && { size }) };
      const chosen = model ?? (await usualModel(images, listed, reporter));
      const onProblem = (message: string) => {
        reporter.line(message);
        reporter.event({ event: 'warning', message });
      };
      if (alpha !== undefined && model2 === undefined) {
        throw new WorkbenchError('usage', '--alpha is the weight of a second model: name it with --model2.');
      }
      // The shares of a run that is still in training would have different weights.
      const fixed = (name: string) =>
        share === undefined || name === 'bicubic' ? name : weightsOf(name, onProblem);
      const chain: ModelChain = {
        model: fixed(chosen),
        second: model2 === undefined ? null : { model: fixed(model2), alpha: alpha ?? 0.5 },
        next: then.map(fixed),
      };
      const hasVideo = images.some(isVideoName);
      const fileOf = (name: string) => weightsOf(name, onProblem);
      const weights = share === undefined && !hasVideo ? null : sha256OfChain(chain, tta, fileOf);
      const upscaler = await openChain(openModel, chain, {
        engine,
        ...(scale === undefined ? {} : { scale: Math.ceil(scale) }),
        tta,
        onProblem,
      });
      const cancel = cancelOnRequest();
      const existing = overwrite ? 'replace' : rename ? 'rename' : update ? 'update' : 'keep';
      try {
        await upscaleImages(
          upscaler,
          images,
          {
            ...others,
            tta,
            ...(size && !('scale' in size && size.scale === upscaler.scale) ? { size } : {}),
            existing,
            weights,
            signal: cancel.signal,
            ...(share && { share: { ...share, weights } }),
          },
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

/** Identifies the models of all shares, by their files of weights; null for bicubic. */
function sha256OfChain(
  { model, second, next }: ModelChain,
  tta: boolean,
  fileOf: (model: string) => string,
): string | null {
  const hashOf = (name: string) => (name === 'bicubic' ? null : sha256OfWeights(fileOf(name)));
  const hashes = [model, ...next].map(hashOf);
  if (hashes.length === 1 && second === null && !tta) return hashes[0] ?? null;
  return sha256OfText(JSON.stringify([hashes, second && [hashOf(second.model), second.alpha], tta]));
}

function sizeOf({
  scale,
  width,
  height,
  megapixels,
}: Record<'scale' | 'width' | 'height' | 'megapixels', number | undefined>): SizeRequest | undefined {
  if (scale !== undefined) return { scale };
  if (megapixels !== undefined) return { megapixels };
  if (width !== undefined) return { width, ...(height === undefined ? {} : { height }) };
  return height === undefined ? undefined : { height };
}

const sizeHelp = `
The model is applied as often as a size needs, then its result is downscaled; results are never larger than asked:
  esrgan upscale photos --width 3840                        esrgan upscale photos --megapixels 12 --dry-run
  esrgan upscale scans --model 1x-clean.pth --then 4x.pth   one model after another
`;

const shareHelp = `
Several processes, also on several machines, divide the images of a folder:
  esrgan upscale photos --out large --share 1/20    … up to --share 20/20
Each takes the images whose names hash to its number, and skips those whose results exist, so a process that
was killed continues when it is started again. The numbers of Slurm arrays and of Kubernetes' indexed jobs:
  --share $SLURM_ARRAY_TASK_ID/20  (--array=1-20)    --share $((JOB_COMPLETION_INDEX + 1))/20
Without --share, the command then upscales what is missing, and lists what fails.
`;

const bundledNames: readonly NamedModel[] = bundledModels.map((model) => ({
  name: bundledModelFile(model) ?? model,
  scale: 4,
}));

/**
 * The file of the bundled model for the images of files and folders, because a run may have its name; reports the name. Results of earlier calls do not count, so that a
 * command that was killed continues with the same model.
 */
async function usualModel(
  inputs: readonly string[],
  options: ListOptions,
  reporter: Reporter,
): Promise<string> {
  const lists = await Promise.all(
    inputs.map((input) =>
      // What cannot be read is reported when the images are upscaled.
      listImages(input, bundledNames, options, () => {}).catch(() => ({ images: [{ path: input }] })),
    ),
  );
  const model = bundledModelFor(lists.flatMap(({ images }) => images.map(({ path }) => path)));
  reporter.line(
    model === 'photo'
      ? 'Using the model photo, which removes compression and noise. --model faithful keeps them; other models are possible too.'
      : 'Using the model faithful, for clean images. --model photo removes compression and noise; other models are possible too.',
  );
  return bundledModelFile(model) ?? model;
}

interface Flags {
  readonly model?: string;
  readonly then?: readonly string[];
  readonly model2?: string;
  readonly alpha?: number;
  readonly tta?: boolean;
  readonly engine: string;
  readonly out?: string;
  readonly tile?: number;
  readonly scale?: number;
  readonly width?: number;
  readonly height?: number;
  readonly megapixels?: number;
  readonly format?: ImageFormat;
  readonly quality?: number;
  readonly chroma?: ChromaSubsampling;
  readonly name?: string;
  readonly overwrite?: boolean;
  readonly rename?: boolean;
  readonly update?: boolean;
  readonly share?: Share;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/**
 * Upscales files, and the images in folders and their subfolders, one after another, and emits events (`UpscaleEvent`). A
 * failure does not stop the other images.
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
  const failures: Failure[] = [];
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
  const { share, name = defaultName, size, tta = false, dryRun = false } = options;
  const planText = ({ header, size: planned }: Plan) =>
    `${sizeText(header, planned)}${tta ? '; mean of 8 passes, 8 times as long' : ''}`;
  const { images: found, leftOut } = await allImages(inputs, upscaler, options, fail);
  if (leftOut.length > 0) {
    const results = leftOut.length === 1 ? '1 result' : `${leftOut.length} results`;
    reporter.line(`${results} of earlier calls left out.`);
  }
  // Images of one name but different formats may have the same result: they are in the same share.
  const images = share ? found.filter(({ path }) => isInShare(share, parse(path).name)) : found;
  isBatch ||= images.length > 1 || share !== undefined;
  if (share && !dryRun) {
    const { name: model, scale } = upscaler;
    for (const folder of new Set(images.map(({ out }) => out))) {
      claimFolder(folder, name, { name: model, weights: share.weights, scale, ...(size && { size }) });
    }
  }
  const { plans, kept } = await planImages(upscaler, images, options, fail);
  if (dryRun) {
    for (const plan of [...kept, ...plans]) {
      const { input, output, notes } = plan;
      const what = plan.kept ? 'skipped, because it exists' : [planText(plan), ...notes].join('; ');
      reporter.line(`${input} → ${output}: ${what}`);
      reporter.event({ event: 'planned', input, output, sizes: sizesOf(plan), kept: plan.kept, notes });
    }
    return failTogether(failures, plans.length + kept.length);
  }
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
    const { input, output, size: resized, notes } = plan;
    const result = { input, output, width: resized.width, height: resized.height, kept: true, notes };
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
  if (!share && isBatch) {
    reporter.line(`${done - kept.length} upscaled, ${kept.length} skipped, ${failures.length} failed.`);
  }
  if (share) {
    reporter.line(
      `Share ${share.number}/${share.count}: ${done - kept.length} upscaled, ${kept.length} skipped, ${failures.length} failed; the other shares have ${found.length - images.length} images.`,
    );
  }
  failTogether(failures, done);

  async function upscaleOne(plan: Plan, index: number): Promise<void> {
    const { input } = plan;
    const position = `${kept.length + index + 1}/${total}`;
    const started = performance.now();
    const sizes = sizesOf(plan);
    reporter.event({ event: 'begin', input, picture: index + 1, pictures: plans.length, sizes });
    if (size || tta) reporter.line(`${position} ${basename(input)}: ${planText(plan)}`);
    const unit = plan.kind === 'video' ? 'frame' : 'tile';
    const work: UpscaleFileOptions = {
      ...options,
      onProgress(progress) {
        const { tile, tiles, megapixelsPerSecond, etaSeconds } = progress;
        const speed = `${megapixelsPerSecond.toPrecision(3)} MP/s, ${formatDuration(etaSeconds)} left`;
        reporter.progress(`${position} ${basename(input)}: ${unit} ${tile} of ${tiles}, ${speed}`);
        const batchEtaSeconds = batch.secondsLeft(plan, tile / tiles);
        reporter.event({ event: 'progress', input, ...progress, batchEtaSeconds });
      },
    };
    const result =
      plan.kind === 'video'
        ? await upscaleVideo(upscaler, plan, options.weights ?? null, work)
        : await upscaleFile(upscaler, plan, work);
    const seconds = (performance.now() - started) / 1000;
    reporter.line(`${position} ${outcome(result, seconds, options.share !== undefined)}`);
    reporter.event({ event: 'done', ...result, seconds });
  }
}

type Plan = ImagePlan | VideoPlan;

interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** Throws one error for all failures; returns if there is none. */
function failTogether(failures: readonly Failure[], done: number): void {
  const [first, ...others] = failures;
  if (first === undefined) return;
  const same = others.every(({ code }) => code === first.code);
  throw new WorkbenchError(
    done > 0 ? 'partial' : same ? first.code : 'data',
    others.length === 0 && done === 0
      ? first.message
      : `${failures.length} of ${failures.length + done} failed:\n${failures.map(({ message }) => `  ${message}`).join('\n')}`,
  );
}

/** `[width, height]` of the image, after the model, and of the result. */
function sizesOf({ header, size }: Plan): number[][] {
  return [header, size.model, size].map(({ width, height }) => [width, height]);
}

/** What became of an image, as text. */
function outcome(
  { output, width, height, kept, notes }: UpscaledFile,
  seconds: number,
  isShare: boolean,
): string {
  return kept
    ? `${output}: skipped, because it exists${isShare ? '' : ', perhaps made with other options; --overwrite replaces it, --rename keeps both'}`
    : `${output}: ${[`${width}x${height}, ${formatDuration(seconds)}`, ...notes].join('; ')}`;
}

/** An image and the folder of its result. */
interface Input {
  readonly path: string;
  readonly out: string;
}

/** What tells the results of a model from other images. */
type NamedModel = Pick<Upscaler, 'name' | 'scale'>;
type ListOptions = Pick<UpscaleOptions, 'out' | 'name' | 'size'>;

interface FoundInputs {
  readonly images: readonly Input[];
  /** Results of earlier calls. */
  readonly leftOut: readonly string[];
}

/** The images of files and folders, without duplicates. */
async function allImages(
  inputs: readonly string[],
  upscaler: Upscaler,
  options: UpscaleOptions,
  fail: (input: string, error: unknown) => void,
): Promise<FoundInputs> {
  const images = new Map<string, Input>();
  const results = new Map<string, string>();
  for (const input of inputs) {
    await listImages(input, [upscaler], options, fail).then(
      (found) => {
        for (const result of found.leftOut) results.set(pathIdentity(result), result);
        for (const image of found.images) {
          const identity = pathIdentity(image.path);
          if (!images.has(identity)) images.set(identity, image);
        }
      },
      (error) => fail(input, error),
    );
  }
  const leftOut = [...results].flatMap(([identity, result]) => (images.has(identity) ? [] : result));
  return { images: [...images.values()], leftOut };
}

/** Reads the headers of all images first, so that unreadable images and existing results are reported immediately. */
async function planImages(
  upscaler: Upscaler,
  images: readonly Input[],
  options: UpscaleOptions,
  fail: (input: string, error: unknown) => void,
): Promise<{ readonly plans: readonly Plan[]; readonly kept: readonly Plan[] }> {
  const taken = new Set<string>();
  const inputs = new Set(images.map(({ path }) => pathIdentity(path)));
  const plans: Plan[] = [];
  for (const { path, out } of images) {
    if (options.signal?.aborted) throw new WorkbenchError('interrupted', 'The upscaling was cancelled.');
    const plan = isVideoName(path) ? planVideo : planImage;
    await plan(path, upscaler, { ...options, out, taken, inputs }).then(
      (plan) => {
        taken.add(pathIdentity(plan.output));
        plans.push(plan);
      },
      (error) => fail(path, isImageName(path) || isVideoName(path) ? error : notRead(error)),
    );
  }
  return { plans: plans.filter(({ kept }) => !kept), kept: plans.filter(({ kept }) => kept) };
}

/** The error of a file that is not an image; it may be a video of another format. */
function notRead(error: unknown): unknown {
  if (!(error instanceof WorkbenchError) || error.code !== 'data') return error;
  const names = videoExtensions.map((extension) => `.${extension}`).join(', ');
  return new WorkbenchError('data', `${error.message} Videos are read from ${names}.`, { cause: error });
}

/** Estimates the remaining time of a batch from its pixels. */
function createBatchClock(plans: readonly Plan[]) {
  const framesOf = (plan: Plan) =>
    plan.kind === 'video' ? plan.header.times.length : (plan.shape.animation?.frames ?? 1);
  const pixelsOf = (plan: Plan) => plan.size.model.width * plan.size.model.height * framesOf(plan);
  const total = plans.reduce((sum, plan) => sum + pixelsOf(plan), 0);
  const started = performance.now();
  let finished = 0;
  return {
    finish(plan: Plan): void {
      finished += pixelsOf(plan);
    },
    /** `fraction` of the current image is done. */
    secondsLeft(plan: Plan, fraction: number): number {
      const done = finished + fraction * pixelsOf(plan);
      return ((performance.now() - started) / 1000 / done) * (total - done);
    },
  };
}

/**
 * The file, or the images of the folder and its subfolders sorted by path, without the results of earlier calls of `models`, of any
 * size: those next to their images, and those in a folder for results that is inside.
 */
async function listImages(
  path: string,
  models: readonly NamedModel[],
  { out, name: pattern = defaultName, size }: ListOptions,
  fail: (input: string, error: unknown) => void,
): Promise<FoundInputs> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new WorkbenchError('data', `${path} does not exist or cannot be opened.`, { cause });
  });
  if (found.isFile()) return { images: [{ path, out: out ?? dirname(path) }], leftOut: [] };
  if (!found.isDirectory()) throw new WorkbenchError('data', `${path} is neither a file nor a folder.`);
  const { files, skipped } = walk(path, everything);
  for (const problem of skipped) fail(path, new WorkbenchError('data', `${problem}.`));
  const outside = (file: string) =>
    out === undefined || isInside(resolve(out), resolve(path)) || !isInside(resolve(out), resolve(file));
  const images = sortPaths(files.filter((file) => isImageName(file) && outside(file)));
  const stemOf = (file: string) => join(dirname(file), parse(file).name);
  const stems = new Set(images.map(stemOf));
  const isResult = (file: string) =>
    [pattern, defaultName].some((each) =>
      models.some(({ name, scale }) => {
        const source = sourceName(each, parse(file).name, { name, scale, ...(size && { size }) });
        return source !== undefined && stems.has(join(dirname(file), source));
      }),
    );
  const results = new Set(images.filter(isResult));
  const inputs = images.filter((file) => !results.has(file));
  if (inputs.length === 0 && skipped.length === 0) {
    throw new WorkbenchError('data', `${path} contains no images (PNG, JPEG, WebP, TIFF, BMP, GIF, AVIF).`);
  }
  return {
    images: inputs.map((file) => ({
      path: file,
      out: out === undefined ? dirname(file) : join(out, relative(path, dirname(file))),
    })),
    leftOut: [...results],
  };
}

/** The argument of `--share`. */
export function parseShare(text: string): Share {
  const share = shareOf(text);
  if (share === undefined) throw new InvalidArgumentError('Use the form 3/20: the third of 20 shares.');
  return share;
}

function parseFactor(text: string): number {
  const factor = decimal(text);
  if (factor >= 1 && factor <= 1000) return factor;
  throw new InvalidArgumentError('It must be a number from 1 to 1000, written like 2.5.');
}

function parsePositive(text: string): number {
  const number = decimal(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('It must be a number above 0, written like 12 or 0.5.');
}

/** NaN if the text is not a number without sign and exponent. */
function decimal(text: string): number {
  return /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
}

function parseFormat(text: string): ImageFormat {
  const name = { jpg: 'jpeg', tif: 'tiff' }[text] ?? text;
  const format = imageFormats.find((each) => each === name);
  if (format === undefined) throw new InvalidArgumentError(`It must be one of ${imageFormats.join(', ')}.`);
  return format;
}

function parseQuality(text: string): number {
  if (/^([1-9]\d?|100)$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1 to 100.');
}
