import { type FloatImage, type Image, toImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { formatScore } from '../format/format.ts';
import { toJsonNumber } from '../guards/guards.ts';
import { pixelMetricNames, type Score, scoreOf } from '../metrics/metrics.ts';
import { protocols, smallestMeasurable } from '../metrics/protocols.ts';
import type { CheckpointState } from '../runs/checkpoints.ts';
import type { Hints } from './hints.ts';
import { report, type StageContext } from './stage-context.ts';
import { bicubic, openValidationImages } from './validation-images.ts';

/** Mean scores over the validation images by protocol, without a border of `scale` pixels. */
interface ValidationScores {
  readonly rgb: Score;
  readonly 'paper-y': Score;
  readonly images: number;
  /** Images that are reproduced exactly in RGB: any makes the mean PSNR infinite. */
  readonly exact: number;
}

export interface Validator {
  /** The best validation of the stage so far; null before the first. */
  readonly best: CheckpointState['best'];
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
  const { config, stage, session, trainer, events, observer, checkpoint, validationPairs, stop } = context;
  const scale = config.scale_factor;
  const images = await openValidationImages(validationPairs, {
    scale,
    crop: config.validation.crop_size,
    maximum: config.validation.max_images,
    smallest: smallestMeasurable(scale),
    stop,
    skip,
  });
  if (images.length === 0 && validationPairs.length > 0 && !stop.aborted)
    report(context, 'No validation image can be used: this session trains without validation.');
  let best = checkpoint?.state.best ?? null;
  let latest = { step: trainer.startStep, metrics: checkpoint?.state.metrics ?? {} };
  let baseline: ValidationScores | undefined;

  async function measureBaseline(): Promise<void> {
    baseline = await meanScores((lr) => bicubic(lr, scale));
    if (baseline) report(context, `Bicubic on the validation images: ${scoreText(baseline)}.`);
  }

  /** @returns undefined if there are no images, or the stage is to stop */
  async function meanScores(
    upscale: (lr: Image) => Promise<FloatImage>,
  ): Promise<ValidationScores | undefined> {
    const scores: { readonly rgb: Score; readonly 'paper-y': Score }[] = [];
    for (const image of images) {
      if (stop.aborted) return undefined;
      const { lr, hr } = await image.read();
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
    metricsAt: (step) => (latest.step === step ? latest.metrics : {}),
    async validate(step) {
      const scores = await measure(step);
      if (!scores || !baseline) return undefined;
      const { rgb, 'paper-y': y } = scores;
      latest = {
        step,
        metrics: {
          ...rgb,
          psnr_y: y.psnr,
          bicubic_psnr: baseline.rgb.psnr,
          bicubic_ssim: baseline.rgb.ssim,
          bicubic_psnr_y: baseline['paper-y'].psnr,
        },
      };
      events.scalars(trainer.stepsBefore + step, {
        ...scoreTags('validation', scores),
        ...scoreTags('bicubic', baseline),
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
      const hint = hints.validation(rgb.psnr, baseline.rgb.psnr);
      if (hint !== undefined) report(context, hint);
      return { isBest };
    },
  };
}

/** The PSNR of a validation, with the number of images that make it infinite. */
function scoreText({ rgb, 'paper-y': y, images, exact }: ValidationScores): string {
  const text = `PSNR ${formatScore(rgb.psnr, 3)} dB RGB, ${formatScore(y.psnr, 3)} dB Y`;
  return exact === 0 ? text : `${text} (${exact} of ${images} images exact)`;
}

function scoreTags(group: string, scores: ValidationScores): Record<string, number> {
  return Object.fromEntries(
    pixelMetricNames.flatMap((metric) => [
      [`${group}/${metric}_rgb`, scores.rgb[metric]],
      [`${group}/${metric}_y`, scores['paper-y'][metric]],
    ]),
  );
}
