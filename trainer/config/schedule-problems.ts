import schema from '../../schemas/run.esrgan.schema.json' with { type: 'json' };
import type { Stage } from '../run-state/run-state.ts';
import type { Path } from './problem.ts';
import type { Finding, RunFile } from './run-file.ts';
import { subject } from './schema-problems.ts';
import { stepsPerEpoch, totalSteps } from './steps.ts';

const defaults = {
  pretraining: [schema.properties.pretraining.properties.sched_step.default],
  training: schema.properties.training.properties.g_sched_steps.default,
};

/**
 * Reports learning-rate decays that are out of order or after the end of their stage. Default decays are not reported:
 * a short run need not reach them.
 *
 * @param images number of training images of each stage, if known
 */
export function scheduleFindings(run: RunFile, images: ReadonlyMap<Stage, number>): Finding[] {
  const { training, pretraining } = run.config;
  return [
    ...afterEnd(run, 'pretraining', [['pretraining', 'sched_step']], [pretraining.sched_step], images),
    ...(['g_sched_steps', 'd_sched_steps'] as const).flatMap((key) => {
      const steps = training[key];
      const paths = steps.map((_, i): Path => ['training', key, i]);
      return [...notIncreasing(steps, paths), ...afterEnd(run, 'training', paths, steps, images)];
    }),
  ];
}

function notIncreasing(steps: readonly number[], paths: readonly Path[]): Finding[] {
  const i = steps.findIndex((step, i) => step <= (steps[i - 1] ?? 0));
  const [path, before] = [paths[i], paths[i - 1]];
  if (!path || !before) return [];
  return [
    {
      code: 'milestones-not-increasing',
      message: `${subject(path)} is ${steps[i]}, but the step before it is ${steps[i - 1]}: sort the steps in increasing order`,
      path,
      related: [[before, 'previous step']],
      stage: 'training',
    },
  ];
}

function afterEnd(
  { config }: RunFile,
  stage: Stage,
  paths: readonly Path[],
  steps: readonly number[],
  images: ReadonlyMap<Stage, number>,
): Finding[] {
  const settings = config[stage];
  const perEpoch = stepsPerEpoch(images.get(stage) ?? Infinity, config.batch_size);
  const end = totalSteps(settings, perEpoch);
  const i = steps.findIndex((step) => step >= end);
  const path = paths[i];
  if (end === 0 || !path || String(steps) === String(defaults[stage])) return [];
  const bound = settings.num_step === end ? 'num_step' : 'num_epoch';
  const why =
    bound === 'num_step'
      ? ''
      : ` (${settings.num_epoch} epochs of ${perEpoch} step${perEpoch === 1 ? '' : 's'})`;
  return [
    {
      code: 'decay-after-end',
      severity: 'warning',
      message: `${subject(path)} is ${steps[i]}, but the stage ends at step ${end}${why}: this decay has no effect`,
      path,
      related: [[[stage, bound], 'the stage ends here']],
      stage,
    },
  ];
}
