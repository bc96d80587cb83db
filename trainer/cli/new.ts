import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  configForStage,
  folderName,
  hasTimeFor,
  type Measured,
  planFor,
  plannedRunFile,
  type Recipe,
  readRunFile,
  recipes,
  stageSeconds,
} from '../config/index.ts';
import type { Engine } from '../engine/engine.ts';
import { engineChoices, openEngine, parseEngine } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { removeFolderSync } from '../files/change-files.ts';
import { formatCount, formatDuration } from '../format/format.ts';
import { datasetFiles } from '../image-files/dataset-files.ts';
import { imageSize } from '../image-files/image-size.ts';
import { type SplitImages, splitImages, writtenPath } from '../image-files/split-images.ts';
import { train } from '../stages/train.ts';
import { assertNew, overwriteOption } from './overwrite.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, type Reporter } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly minutes: number;
  readonly data: string;
  readonly out?: string;
  readonly scale: string;
  readonly engine: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Steps that are measured, after those in which programs are compiled. */
const measuredSteps = 6;
const firstSteps = 3;

/** Adds `esrgan new` to the command. */
export function registerNew(program: Command): void {
  program
    .command('new')
    .description('write a run file that makes the most of a time on this machine')
    .requiredOption('--minutes <count>', 'how long the pretraining may take', wholeNumber)
    .requiredOption('--data <folder>', 'folder of images; one in ten becomes a validation image')
    .option('--out <file>', 'run file to write (default: named after the folder, here)')
    .addOption(new Option('--scale <factor>', 'scale factor').choices(['1', '2', '4', '8']).default('4'))
    .option('--engine <engine>', engineChoices, 'auto')
    .option(...overwriteOption)
    .option('--json', 'print one JSON object per line')
    .action(async ({ minutes, data, scale, engine: engineName, overwrite, json, out }: Flags) => {
      const reporter = createReporter({ json: json === true, stream: process.stdout });
      const name = folderName(basename(resolve(data)));
      const file = resolve(out ?? `${name}-${minutes}min.esrgan.yaml`);
      assertNew(file, overwrite === true);
      if (!existsSync(dirname(file)))
        throw new WorkbenchError('usage', `The folder ${dirname(file)} does not exist.`);
      const split = splitImages(resolve(data));
      if (split === undefined) {
        throw new WorkbenchError(
          'data',
          existsSync(data)
            ? `${data} has fewer than two images. Name a folder with more.`
            : `The folder ${data} does not exist.`,
        );
      }
      const cancel = cancelOnRequest();
      try {
        const engine = await openEngine(parseEngine(engineName));
        const seconds = minutes * 60;
        const { side, count } = usableImages(split, data, Number(scale));
        const fitted = recipes.map((recipe) => ({
          ...recipe,
          batch: Math.min(recipe.batch, count),
          patch: Math.min(recipe.patch, side),
        }));
        const measured = await measureAll(fitted, seconds, {
          engine,
          split,
          scale: Number(scale),
          reporter,
          signal: cancel.signal,
        });
        const plan = planFor(seconds, measured);
        const text = plannedRunFile(plan, {
          minutes,
          engine: engine.name,
          scale: Number(scale),
          dataset: name,
          train: writtenPath(dirname(file), split.train),
          val: writtenPath(dirname(file), split.val),
          images: split.count,
        });
        writeFileSync(file, text);
        const { channels, growth, blocks } = plan.recipe;
        reporter.line(
          `${file}: ${blocks} block${blocks === 1 ? '' : 's'} of ${channels}/${growth} channels, ${formatCount(plan.steps)} steps, about ${formatDuration(stageSeconds(plan.steps, plan.secondsPerStep))}. Start it with \`esrgan train\`.`,
        );
        reporter.event({ event: 'done', file });
      } finally {
        cancel.release();
        reporter.done();
      }
    });
}

/** As run files allow. */
const smallestPatch = 8;

/**
 * The side of the largest patch that fits into all images, a multiple of the scale, and the number of images. Damaged ones,
 * which training skips, do not count.
 *
 * @throws WorkbenchError `data` if an image is too small, or all are damaged
 */
function usableImages(
  { images }: SplitImages,
  data: string,
  scale: number,
): { readonly side: number; readonly count: number } {
  const sizes = images.flatMap((path) => {
    const size = imageSize(path);
    return size
      ? [{ path, ...size, side: Math.floor(Math.min(size.width, size.height) / scale) * scale }]
      : [];
  });
  if (sizes.length === 0) throw new WorkbenchError('data', `${data} has no images that can be read.`);
  const small = sizes.filter(({ side }) => side < smallestPatch);
  const [first] = small;
  if (first !== undefined) {
    const others = small.length > 1 ? ` and ${small.length - 1} more` : '';
    throw new WorkbenchError(
      'data',
      `${first.path} (${first.width}x${first.height})${others}: too small to train on. Remove such images, or name another folder.`,
    );
  }
  // As arguments of one call they may be too many.
  const smallest = sizes.reduce((least, { side }) => Math.min(least, side), Number.POSITIVE_INFINITY);
  return { side: smallest, count: sizes.length };
}

interface Measuring {
  readonly engine: Engine;
  readonly split: SplitImages;
  readonly scale: number;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** Measures the recipes from the fastest on, until one has too few steps in the time. */
async function measureAll(
  all: readonly Recipe[],
  seconds: number,
  measuring: Measuring,
): Promise<readonly [Measured, ...Measured[]]> {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('there are no recipes');
  const found: [Measured, ...Measured[]] = [await measure(first, measuring)];
  for (const recipe of others) {
    const next = await measure(recipe, measuring);
    found.push(next);
    if (!hasTimeFor(seconds, next)) break;
  }
  return found;
}

/** Trains some steps in a temporary run. The median is robust against what else the machine does. */
async function measure(
  recipe: Recipe,
  { engine, split, scale, reporter, signal }: Measuring,
): Promise<Measured> {
  const { channels, growth, blocks } = recipe;
  const network = `${blocks} × ${channels}/${growth}`;
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-measure-'));
  try {
    const file = join(folder, 'measure.esrgan.yaml');
    const { config } = configForStage(
      file,
      readRunFile(trialRunFile(recipe, split, scale), { file, files: datasetFiles }),
      'pretraining',
    );
    const times: number[] = [];
    await train({
      config,
      engine,
      stage: 'pretraining',
      resume: false,
      maxSteps: firstSteps + measuredSteps,
      stop: signal,
      observer: { step: () => times.push(performance.now()), line() {}, event() {} },
    });
    if (signal.aborted) throw new WorkbenchError('interrupted', 'Cancelled.');
    const steps = times.slice(1).map((time, i) => (time - (times[i] ?? time)) / 1000);
    const secondsPerStep = median(steps.slice(firstSteps - 1));
    reporter.line(`Network of ${network}: ${secondsPerStep.toPrecision(2)} s per step.`);
    reporter.event({ event: 'measured', network, secondsPerStep });
    return { recipe, secondsPerStep };
  } finally {
    removeFolderSync(folder);
  }
}

/** The run file of a measurement. JSON is YAML. */
function trialRunFile(recipe: Recipe, { train: images }: SplitImages, scale: number): string {
  const stage = { train_datasets: ['images'], val_datasets: [], cr_patch_size: [recipe.patch, recipe.patch] };
  return JSON.stringify({
    name: 'measure',
    scale_factor: scale,
    batch_size: recipe.batch,
    datasets: { images: { hr: { train: images.replaceAll('{scale}', '{{scale}}') } } },
    generator: {
      rrdb_channels: recipe.channels,
      growth_channels: recipe.growth,
      num_basic_blocks: recipe.blocks,
    },
    pretraining: { ...stage, num_epoch: 1_000_000, num_step: 1000, sched_step: 500 },
    augmentation: { compression: false, dropout: false },
    samples: { count: 0 },
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
