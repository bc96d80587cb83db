import type { ResolvedConfig } from '../config/index.ts';
import { formatScore } from '../format/format.ts';
import { isBetter, isValidationMetric, metrics, type ValidationMetric } from '../metrics/metrics.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { CheckpointState, ValidationProgress } from '../runs/checkpoints.ts';

/** The progress after a validation with these metrics: of all images, and as `<data set>/<metric>`. */
export function nextProgress(
  progress: ValidationProgress,
  step: number,
  metrics: CheckpointState['metrics'],
): ValidationProgress {
  const measured = Object.entries(metrics).flatMap(
    ([name, value]): [string, ValidationProgress[string]][] => {
      const metric = name.slice(name.lastIndexOf('/') + 1);
      if (!isValidationMetric(metric)) return [];
      const before = progress[name];
      const improves = before === undefined || isBetter(metric, value, before.best);
      return [[name, improves ? { best: value, step, since: 0 } : { ...before, since: before.since + 1 }]];
    },
  );
  return { ...progress, ...Object.fromEntries(measured) };
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
  const reached = target && measured[keyOf(target, measured)];
  if (target && reached !== undefined && !isBetter(target.metric, target.value, reached)) {
    const [value, wanted] = [scoreText(target.metric, reached), scoreText(target.metric, target.value)];
    return `${titleOf(target, measured)} of step ${step} is ${value}, and \`${stage}.stop_at\` is ${wanted}. To train on, ${metrics[target.metric].isLowerBetter ? 'lower' : 'raise'} it or remove it, and resume.`;
  }
  const key = early && keyOf(early, measured);
  const of = key !== undefined && measured[key] !== undefined ? progress[key] : undefined;
  if (!early || !of || of.since < early.patience || step < early.min_steps) return undefined;
  return `${titleOf(early, measured)} has not improved in ${of.since} validation${of.since === 1 ? '' : 's'} since step ${of.step}, with ${scoreText(early.metric, of.best)}. To train on, raise \`${stage}.early_stopping.patience\` (${early.patience}) or remove \`early_stopping\`, and resume.`;
}

/** What decides: a metric on the images of a data set, or of all. */
interface Criterion {
  readonly metric: ValidationMetric;
  readonly dataset: string | null;
}

/** Of a data set, if the stage validates on several with this one. */
function keyOf({ metric, dataset }: Criterion, measured: CheckpointState['metrics']): string {
  const ofSet = `${dataset}/${metric}`;
  return dataset !== null && measured[ofSet] !== undefined ? ofSet : metric;
}

function titleOf(criterion: Criterion, measured: CheckpointState['metrics']): string {
  const { metric, dataset } = criterion;
  const { title } = metrics[metric];
  return keyOf(criterion, measured) === metric ? title : `${title} on ${dataset}`;
}

function scoreText(metric: ValidationMetric, value: number): string {
  const { unit, digits } = metrics[metric];
  return unit === '' ? value.toFixed(digits) : `${formatScore(value)} ${unit}`;
}
