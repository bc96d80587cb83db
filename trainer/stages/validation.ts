import { colorOf, type FloatImage, type Image, toImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { formatScore } from '../format/format.ts';
import { toJsonNumber } from '../guards/guards.ts';
import {
  isBetter,
  metrics,
  perceptualMetricNames,
  pixelMetricNames,
  type Score,
  scoreOf,
  type Values,
} from '../metrics/metrics.ts';
import { protocols, smallestMeasurable } from '../metrics/protocols.ts';
import type { BestValidation, CheckpointState, ValidationProgress } from '../runs/checkpoints.ts';
import { nextProgress } from './early-stopping.ts';
import type { Hints } from './hints.ts';
import { report, reportHint, type StageContext } from './stage-context.ts';
import { bicubic, openValidationImages, type ValidationFile } from './validation-images.ts';

/** Scores of one image, or mean scores of several, without a border of `scale` pixels. */
interface Scores {
  readonly rgb: Score;
  readonly 'paper-y': Score;
  /** Those of `validation.metrics` that are defined for all images. */
  readonly perceptual: Values;
}

/** Mean scores over validation images. */
interface MeanScores extends Scores {
  readonly images: number;
  /** Images that are reproduced exactly in RGB: any makes the mean PSNR infinite. */
  readonly exact: number;
}

/** Mean scores over all validation images, and over those of each data set if there are several. */
interface ValidationScores extends MeanScores {
  readonly sets: ReadonlyMap<string, MeanScores>;
}

export interface Validator {
  /** The best validation of the stage so far; null before the first. */
  readonly best: CheckpointState['best'];
  /** The progress of the validations so far that were due by `validation.every_steps`. */
  readonly progress: ValidationProgress;
  /** The scores of the validation at this step for its checkpoint; empty if there was none. */
  metricsAt(step: number): CheckpointState['metrics'];
  /**
   * Measures the generator after this step, and reports the scores.
   *
   * @returns whether it is the best of the stage so far; undefined if nothing was measured: there are no images, one
   * cannot be read, or the stage is to stop
   */
  validate(step: number): Promise<{ readonly isBest: boolean } | undefined>;
}

/** Reads the validation images once; the unusable ones are skipped. */
export async function openValidator(
  context: StageContext,
  hints: Hints,
  skip: (reason: string) => void,
): Promise<Validator> {
  const { config, stage, session, trainer, events, observer, checkpoint, validationPairs, measures, stop } =
    context;
  const scale = config.scale_factor;
  const options = {
    scale,
    channels: config.img_channels,
    crop: config.validation.crop_size,
    maximum: config.validation.max_images,
    smallest: Math.max(smallestMeasurable(scale), ...measures.map((each) => each.smallest(scale))),
    stop,
    skip,
  };
  const datasets = [...new Set(validationPairs.map(({ dataset }) => dataset))];
  const images: { readonly dataset: string; readonly image: ValidationFile }[] = [];
  for (const dataset of datasets) {
    const pairs = validationPairs.filter((pair) => pair.dataset === dataset);
    for (const image of await openValidationImages(pairs, options)) images.push({ dataset, image });
  }
  if (images.length === 0 && validationPairs.length > 0 && !stop.aborted)
    report(context, 'No validation image can be used: this session trains without validation.');
  let best = checkpoint?.state.best ?? null;
  let latest = { step: trainer.startStep, metrics: checkpoint?.state.metrics ?? {} };
  let progress = checkpoint?.state.progress ?? {};
  let baseline: ValidationScores | undefined;

  async function measureBaseline(): Promise<void> {
    baseline = await meanScores((lr) => bicubic(lr, scale));
    if (baseline)
      report(context, `Bicubic on the validation images: ${scoreText(baseline)}${textOf(baseline)}.`);
  }

  /** @returns undefined if there are no images, or the stage is to stop */
  async function meanScores(
    upscale: (lr: Image) => Promise<FloatImage>,
  ): Promise<ValidationScores | undefined> {
    const scores: (Scores & { readonly dataset: string })[] = [];
    for (const { dataset, image } of images) {
      if (stop.aborted) return undefined;
      const { lr, hr: original } = await image.read();
      // Alpha is not measured.
      const [sr, hr] = [colorOf(toImage(await upscale(lr))), colorOf(original)];
      const perceptual: { -readonly [Name in keyof Values]: Values[Name] } = {};
      for (const measure of measures) Object.assign(perceptual, await measure.measure(sr, hr, scale));
      scores.push({
        dataset,
        rgb: protocols.rgb.measure(sr, hr, scale),
        'paper-y': protocols['paper-y'].measure(sr, hr, scale),
        perceptual,
      });
    }
    if (scores.length === 0) return undefined;
    const measured = datasets.filter((name) => scores.some(({ dataset }) => dataset === name));
    const sets = measured.map((name) => {
      const own = scores.filter(({ dataset }) => dataset === name);
      return [name, meanOf(own)] as const;
    });
    return { ...meanOf(scores), sets: new Map(sets.length > 1 ? sets : []) };
  }

  async function measure(step: number): Promise<ValidationScores | undefined> {
    try {
      if (!baseline) await measureBaseline();
      return await meanScores((lr) => trainer.generator.upscale(lr));
    } catch (error) {
      if (!(error instanceof WorkbenchError && error.code === 'data')) throw error;
      // The mean over the other images would not be comparable with other validations.
      report(context, `Step ${step}: no validation, because an image cannot be read: ${error.message}`);
      return undefined;
    }
  }

  return {
    get best() {
      return best;
    },
    get progress() {
      return progress;
    },
    metricsAt: (step) => (latest.step === step ? latest.metrics : {}),
    async validate(step) {
      const scores = await measure(step);
      if (!scores || !baseline) return undefined;
      const { rgb, 'paper-y': y, perceptual } = scores;
      for (const metric of config.validation.metrics) {
        if (perceptual[metric] !== undefined) continue;
        report(
          context,
          `Step ${step}: no ${metrics[metric].title}, because it is not defined for an upscaled image that is flat.`,
        );
      }
      latest = {
        step,
        metrics: {
          ...valuesOf(scores),
          ...withPrefix('bicubic_', valuesOf(baseline)),
          ...Object.assign(
            {},
            ...[...scores.sets].map(([name, set]) => withPrefix(`${name}/`, valuesOf(set))),
          ),
        },
      };
      if (step % config.validation.every_steps === 0) progress = nextProgress(progress, step, latest.metrics);
      events.scalars(trainer.stepsBefore + step, {
        ...scoreTags('validation', scores),
        ...scoreTags('bicubic', baseline),
      });
      events.flush();
      const { best: metric, best_dataset } = config.checkpoints;
      const all = valuesOf(scores.sets.get(best_dataset ?? '') ?? scores);
      const [value, before] = [all[metric], best?.[metric]];
      const isBest = value !== undefined && (before === undefined || isBetter(metric, value, before));
      if (isBest) best = { ...all, step };
      session.setStatus({
        psnr: toJsonNumber(rgb.psnr),
        ...(value !== undefined && { score: { metric, value: toJsonNumber(value) } }),
      });
      report(
        context,
        `Step ${step}: validation ${scoreText(scores)}, SSIM ${rgb.ssim.toFixed(4)}${textOf(scores)}, ${scores.images} image${scores.images === 1 ? '' : 's'}${isBest ? ', the best so far' : ''}.`,
      );
      for (const [name, set] of scores.sets) {
        report(
          context,
          `Step ${step}: ${name}: ${scoreText(set)}, SSIM ${set.rgb.ssim.toFixed(4)}${textOf(set)}, ${set.images} image${set.images === 1 ? '' : 's'}.`,
        );
      }
      observer.event({ event: 'validation', stage, step, rgb, 'paper-y': y, perceptual, isBest });
      const hint = hints.validation(rgb.psnr, baseline.rgb.psnr);
      if (hint !== undefined) reportHint(context, hint);
      return { isBest };
    },
  };
}

/** The PSNR of a validation, with the number of images that make it infinite. */
function scoreText({ rgb, 'paper-y': y, images, exact }: MeanScores): string {
  const text = `PSNR ${formatScore(rgb.psnr, 3)} dB RGB, ${formatScore(y.psnr, 3)} dB Y`;
  return exact === 0 ? text : `${text} (${exact} of ${images} images exact)`;
}

/** The perceptual metrics of a validation, after a comma. */
function textOf({ perceptual }: Scores): string {
  return perceptualMetricNames
    .flatMap((metric) => {
      const { title, digits } = metrics[metric];
      const value = perceptual[metric];
      return value === undefined ? [] : [`, ${title} ${value.toFixed(digits)}`];
    })
    .join('');
}

/** The curves of a validation: of all images, and of each data set if there are several. */
function scoreTags(group: string, { sets, ...all }: ValidationScores): Record<string, number> {
  const ofSets = [...sets].map(([name, set]) => meanTags(`${group}/${name}`, set));
  return Object.assign(meanTags(group, all), ...ofSets);
}

function meanTags(group: string, scores: MeanScores): Record<string, number> {
  const pixels = Object.fromEntries(
    pixelMetricNames.flatMap((metric) => [
      [`${group}/${metric}_rgb`, scores.rgb[metric]],
      [`${group}/${metric}_y`, scores['paper-y'][metric]],
    ]),
  );
  return { ...pixels, ...withPrefix(`${group}/`, scores.perceptual) };
}

/** The values of all metrics. */
function valuesOf({ rgb, 'paper-y': y, perceptual }: Scores): Omit<BestValidation, 'step'> {
  return { ...rgb, ...perceptual, psnr_y: y.psnr, ssim_y: y.ssim };
}

function meanOf(scores: readonly Scores[]): MeanScores {
  const mean = (protocol: 'rgb' | 'paper-y') =>
    scoreOf((metric) => scores.reduce((sum, each) => sum + each[protocol][metric], 0) / scores.length);
  return {
    rgb: mean('rgb'),
    'paper-y': mean('paper-y'),
    perceptual: meanValues(scores.map((each) => each.perceptual)),
    images: scores.length,
    exact: scores.filter(({ rgb }) => rgb.psnr === Number.POSITIVE_INFINITY).length,
  };
}

/** The means of the perceptual metrics that all images have. */
function meanValues(images: readonly Values[]): Values {
  return Object.fromEntries(
    perceptualMetricNames.flatMap((metric) => {
      const values = images.flatMap((image) => image[metric] ?? []);
      const sum = values.reduce((total, value) => total + value, 0);
      return values.length === images.length ? [[metric, sum / values.length]] : [];
    }),
  );
}

function withPrefix(prefix: string, values: Values): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}
