import type { ResolvedConfig } from '../config/index.ts';
import { formatScore } from '../format/format.ts';
import { isBetter, metrics, perceptualMetricNames } from '../metrics/metrics.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { CheckpointState, ValidationProgress } from '../runs/checkpoints.ts';

/** Metrics of a validation that may end a stage. */
const stopMetrics = ['psnr', 'ssim', 'psnr_y', ...perceptualMetricNames] as const;

type StopMetric = (typeof stopMetrics)[number];

/** The progress after a validation with these metrics. */
export function nextProgress(
  progress: ValidationProgress,
  step: number,
  metrics: CheckpointState['metrics'],
): ValidationProgress {
  return Object.fromEntries(
    stopMetrics.flatMap((metric) => {
      const [value, before] = [metrics[metric], progress[metric]];
      if (value === undefined) return before === undefined ? [] : [[metric, before]];
      const improves = before === undefined || isBetter(kindOf(metric), value, before.best);
      return [[metric, improves ? { best: value, step, since: 0 } : { ...before, since: before.since + 1 }]];
    }),
  );
}

/**
 * Why a stage ends after a validation, in sentences that say how to train on; undefined if it does not. It depends only on
 * what a checkpoint records, so that a killed run ends at the same step.
 *
 * @param validation metrics of the validation at a step that is due by `validation.every_steps`, and the progress with it
 */
export function reasonToStop(
  config: ResolvedConfig,
  stage: Stage,
  {
    step,
    metrics: measured,
    progress,
  }: {
    readonly step: number;
    readonly metrics: CheckpointState['metrics'];
    readonly progress: ValidationProgress;
  },
): string | undefined {
  const { early_stopping: early, stop_at: target } = config[stage];
  const reached = target && measured[target.metric];
  if (target && reached !== undefined && !isBetter(kindOf(target.metric), target.value, reached)) {
    const [value, wanted] = [scoreText(target.metric, reached), scoreText(target.metric, target.value)];
    return `${titleOf(target.metric)} of step ${step} is ${value}, and \`${stage}.stop_at\` is ${wanted}. To train on, ${metrics[kindOf(target.metric)].isLowerBetter ? 'lower' : 'raise'} it or remove it, and resume.`;
  }
  const of = early && measured[early.metric] !== undefined ? progress[early.metric] : undefined;
  if (!early || !of || of.since < early.patience || step < early.min_steps) return undefined;
  return `${titleOf(early.metric)} has not improved in ${of.since} validation${of.since === 1 ? '' : 's'} since step ${of.step}, with ${scoreText(early.metric, of.best)}. To train on, raise \`${stage}.early_stopping.patience\` (${early.patience}) or remove \`early_stopping\`, and resume.`;
}

/** The metric without its color space. */
function kindOf(metric: StopMetric): Exclude<StopMetric, 'psnr_y'> {
  return metric === 'psnr_y' ? 'psnr' : metric;
}

function titleOf(metric: StopMetric): string {
  return metric === 'psnr_y' ? 'PSNR of Y' : metrics[metric].title;
}

function scoreText(metric: StopMetric, value: number): string {
  const { unit, digits } = metrics[kindOf(metric)];
  return unit === '' ? value.toFixed(digits) : `${formatScore(value)} ${unit}`;
}
