import { type FloatImage, type Image, toImage } from '../data/image.ts';
import { formatScore } from '../format/format.ts';
import { toJsonNumber } from '../guards/guards.ts';
import { pixelMetricNames, type Score, scoreOf } from '../metrics/metrics.ts';
import { protocols, smallestMeasurable } from '../metrics/protocols.ts';
import type { CheckpointState } from '../runs/checkpoints.ts';
import type { Hints } from './hints.ts';
import { report, type StageContext } from './stage-context.ts';
import { bicubic, readValidationImage, type ValidationImage } from './validation-images.ts';

/** Mean scores over the validation images by protocol, without a border of `scale` pixels. */
export interface ValidationScores {
  readonly rgb: Score;
  readonly 'paper-y': Score;
  readonly images: number;
  /** Images that are reproduced exactly in RGB: any makes the mean PSNR infinite. */
  readonly exact: number;
}

export interface Validation extends ValidationScores {
  /** Whether it is the best of the stage so far, by the metric `checkpoints.best`. */
  readonly isBest: boolean;
}

interface Validator {
  /** The best validation of the stage so far; null before the first. */
  readonly best: CheckpointState['best'];
  /**
   * Measures the generator after this step, and reports the scores.
   *
   * @returns undefined if there are no validation images, or all are too small
   */
  validate(step: number): Promise<Validation | undefined>;
}

export function createValidator(context: StageContext, hints: Hints): Validator {
  const { config, stage, session, trainer, events, observer } = context;
  const scale = config.scale_factor;
  const images = createImageSource(context);
  let best = context.best;
  let isBaselineReported = false;

  async function reportBaseline(): Promise<void> {
    if (isBaselineReported) return;
    isBaselineReported = true;
    const baseline = await meanScores(images(), scale, (lr) => bicubic(lr, scale));
    if (!baseline) return;
    report(context, `Bicubic on the validation images: ${scoreText(baseline)}.`);
  }

  return {
    get best() {
      return best;
    },
    async validate(step) {
      await reportBaseline();
      const scores = await meanScores(images(), scale, (lr) => trainer.generator.upscale(lr));
      if (!scores) return undefined;
      const { rgb, 'paper-y': y } = scores;
      events.scalars(trainer.stepsBefore + step, {
        ...validationTags('rgb', rgb),
        ...validationTags('y', y),
      });
      events.flush();
      const metric = config.checkpoints.best;
      const isBest = best === null || rgb[metric] > best[metric];
      if (isBest) best = { psnr: rgb.psnr, ssim: rgb.ssim, step };
      session.setStatus({ psnr: toJsonNumber(rgb.psnr) });
      report(
        context,
        `Step ${step}: validation ${scoreText(scores)}, SSIM ${rgb.ssim.toFixed(4)}, ${scores.images} images${isBest ? ', the best so far' : ''}.`,
      );
      observer.event({ event: 'validation', stage, step, rgb, 'paper-y': y, isBest });
      const hint = hints.validation(rgb.psnr);
      if (hint !== undefined) report(context, hint);
      return { ...scores, isBest };
    },
  };
}

/** A function that reads the validation images, one at a time. Crops stay in memory after the first time. */
function createImageSource({ config, validationPairs }: StageContext): () => AsyncGenerator<ValidationImage> {
  const { crop_size: crop, max_images: maximum } = config.validation;
  const pairs = validationPairs.slice(0, maximum ?? validationPairs.length);
  const crops: ValidationImage[] = [];

  return async function* images() {
    if (crops.length === pairs.length) {
      yield* crops;
      return;
    }
    crops.length = 0;
    for (const pair of pairs) {
      const image = await readValidationImage(pair, config.scale_factor, crop);
      if (crop) crops.push(image);
      yield image;
    }
  };
}

/** @returns undefined if no image is large enough to be measured */
async function meanScores(
  images: AsyncIterable<ValidationImage>,
  scale: number,
  upscale: (lr: Image) => Promise<FloatImage>,
): Promise<ValidationScores | undefined> {
  const scores: { readonly rgb: Score; readonly 'paper-y': Score }[] = [];
  for await (const { lr, hr } of images) {
    if (Math.min(hr.width, hr.height) < smallestMeasurable(scale)) continue;
    const sr = toImage(await upscale(lr));
    scores.push({
      rgb: protocols.rgb.measure(sr, hr, scale),
      'paper-y': protocols['paper-y'].measure(sr, hr, scale),
    });
  }
  if (scores.length === 0) return undefined;
  const exact = scores.filter(({ rgb }) => rgb.psnr === Number.POSITIVE_INFINITY).length;
  const mean = (protocol: 'rgb' | 'paper-y') =>
    scoreOf((metric) => scores.reduce((sum, each) => sum + each[protocol][metric], 0) / scores.length);
  return { rgb: mean('rgb'), 'paper-y': mean('paper-y'), images: scores.length, exact };
}

/** The PSNR of a validation, with the number of images that make it infinite. */
function scoreText({ rgb, 'paper-y': y, images, exact }: ValidationScores): string {
  const text = `PSNR ${formatScore(rgb.psnr, 3)} dB RGB, ${formatScore(y.psnr, 3)} dB Y`;
  return exact === 0 ? text : `${text} (${exact} of ${images} images exact)`;
}

function validationTags(suffix: string, score: Score): Record<string, number> {
  return Object.fromEntries(
    pixelMetricNames.map((metric) => [`validation/${metric}_${suffix}`, score[metric]]),
  );
}
