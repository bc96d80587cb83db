import schema from '../../schemas/run.esrgan.schema.json' with { type: 'json' };
import { type Stage, stages } from '../run-state/run-state.ts';
import { optimizationOf, type Schedule } from './learning-rate.ts';
import { isScheduleFree } from './optimizer-settings.ts';
import type { Path } from './problem.ts';
import type { Finding, RunFile } from './run-file.ts';
import type { SchemaNode } from './schema-node.ts';
import { subject } from './schema-problems.ts';
import { patchesPerStep, stepsPerEpoch, totalSteps } from './steps.ts';

/** The keys that the number of images of a stage and its steps per epoch depend on. */
export const inputsOfImages = (stage: Stage): Path[] => [
  ['batch_size'],
  ['accumulate'],
  [stage, 'train_datasets'],
  ['datasets'],
  ['data_dir'],
  ['scale_factor'],
];

/** The keys of a network's learning rate: those of the original program, and the one that takes the place of its decays. */
const networks = [
  {
    stage: 'pretraining',
    network: 'pretraining',
    rate: 'lr',
    decays: 'sched_step',
    gamma: 'sched_gamma',
    schedule: 'schedule',
    optimizer: 'optimizer',
  },
  {
    stage: 'training',
    network: 'generator',
    rate: 'g_lr',
    decays: 'g_sched_steps',
    gamma: 'g_sched_gamma',
    schedule: 'g_schedule',
    optimizer: 'g_optimizer',
  },
  {
    stage: 'training',
    network: 'discriminator',
    rate: 'd_lr',
    decays: 'd_sched_steps',
    gamma: 'd_sched_gamma',
    schedule: 'd_schedule',
    optimizer: 'd_optimizer',
  },
] as const;

/** The original's keys of a network's schedule. */
type Keys = (typeof networks)[number];

/**
 * Reports schedules of the learning rate that contradict other keys or themselves, decays that are out of order or after
 * the end of their stage, and an average of the weights that starts after it. Default decays are not reported: a short
 * run need not reach them.
 *
 * @param images number of training images of each stage, if known
 */
export function scheduleFindings(run: RunFile, images: ReadonlyMap<Stage, number>): Finding[] {
  return [
    ...stages.flatMap((stage) => lateAverage(run, stage, images)),
    ...networks.flatMap((keys) => findingsOf(keys, run, images)),
  ];
}

/** An average of the weights that starts after the end of a stage. */
function lateAverage(run: RunFile, stage: Stage, images: ReadonlyMap<Stage, number>): Finding[] {
  const { decay, start_step } = run.config.ema;
  const path = ['ema', 'start_step'];
  if (decay === 0 || !run.source.has(path)) return [];
  return afterEnd(run, stage, [path], [start_step], images, 'average-after-end', 'the average never starts');
}

function findingsOf(keys: Keys, run: RunFile, images: ReadonlyMap<Stage, number>): Finding[] {
  const { stage } = keys;
  const { schedule, optimizer } = optimizationOf(run.config, keys.network);
  const changed = [keys.decays, keys.gamma].filter((key) => isChanged(run, stage, key));
  const isGiven = run.source.has([stage, keys.schedule]);
  const findings: Finding[] = [];
  if (isScheduleFree(optimizer)) findings.push(...withoutDecays(keys, schedule, isGiven ? [] : changed));
  if (!isGiven) return [...findings, ...ofDecays(run, keys, [stage, keys.decays], schedule, images)];
  const path = [stage, keys.schedule];
  if (changed[0] !== undefined) findings.push(givenTwice(keys, changed[0]));
  return [
    ...findings,
    ...unused(run, path, schedule, stage),
    ...cosineFindings(run, path, schedule, stage),
    ...rising(run, keys, path, schedule),
    ...ofDecays(
      run,
      keys,
      [...path, schedule.type === 'step' ? 'step_size' : 'milestones'],
      schedule,
      images,
    ),
  ];
}

/** Whether the text sets a key to another value than its default, which resolved run files contain. */
function isChanged(run: RunFile, stage: Stage, key: Keys['decays' | 'gamma']): boolean {
  if (!run.source.has([stage, key])) return false;
  const { properties = {} }: SchemaNode = schema.properties[stage];
  const values: Readonly<Record<string, unknown>> = run.config[stage];
  return String(values[key]) !== String(properties[key]?.default);
}

function givenTwice({ stage, schedule }: Keys, key: string): Finding {
  return {
    code: 'schedule-twice',
    message: `${subject([stage, schedule])} takes the place of \`${key}\`: remove one of them`,
    path: [stage, schedule],
    onKey: true,
    related: [[[stage, key], 'also a schedule']],
    stage,
  };
}

/** Learning-rate decays of an optimizer that has none. */
function withoutDecays(keys: Keys, { type }: Schedule, changed: readonly string[]): Finding[] {
  const { stage, optimizer } = keys;
  const why = `with the schedule-free optimizer the learning rate stays constant, because an average of the weights replaces its decay`;
  const related: Finding['related'] = [[[stage, optimizer, 'type'], 'the optimizer']];
  if (type !== 'constant') {
    const path = [stage, keys.schedule, 'type'];
    const message = `${subject(path)} is ${type}, but ${why}: use \`constant\``;
    return [{ code: 'schedule-of-schedule-free', message, path, related, stage }];
  }
  return changed.map((key) => ({
    code: 'schedule-of-schedule-free',
    severity: 'warning',
    message: `${subject([stage, key])} has no effect: ${why}`,
    path: [stage, key],
    onKey: true,
    related,
    stage,
  }));
}

/** Keys that belong to other types of schedules. */
function unused({ source }: RunFile, path: Path, schedule: Schedule, stage: Stage): Finding[] {
  const keys = ['step_size', 'milestones', 'gamma', 'periods', 'restart_weights', 'eta_min'];
  return keys
    .filter((key) => !(key in schedule) && source.has([...path, key]))
    .map((key) => ({
      code: 'schedule-key-unused',
      severity: 'warning',
      message: `${subject([...path, key])} has no effect with the type ${schedule.type}`,
      path: [...path, key],
      onKey: true,
      stage,
      inputs: [
        [...path, key],
        [...path, 'type'],
      ],
    }));
}

function cosineFindings({ source }: RunFile, path: Path, schedule: Schedule, stage: Stage): Finding[] {
  if (schedule.type !== 'cosine') return [];
  if (!source.has([...path, 'periods'])) {
    const message = `${subject(path)} has no \`periods\`: set the length of each period in steps, such as \`periods: [100000]\``;
    return [{ code: 'periods-missing', message, path, stage }];
  }
  const [periods, weights] = [schedule.periods.length, schedule.restart_weights.length];
  if (periods === weights) return [];
  return [
    {
      code: 'periods-missing',
      message: `${subject([...path, 'restart_weights'])} has ${weights} value${weights === 1 ? '' : 's'}, but there are ${periods} periods: set one for each`,
      path: [...path, 'restart_weights'],
      related: [[[...path, 'periods'], 'periods']],
      stage,
    },
  ];
}

/** A cosine whose minimum is above its maximum. */
function rising({ config }: RunFile, keys: Keys, path: Path, schedule: Schedule): Finding[] {
  const { stage, rate } = keys;
  const base = keys.stage === 'pretraining' ? config.pretraining[keys.rate] : config.training[keys.rate];
  if (schedule.type !== 'cosine' || schedule.eta_min <= base) return [];
  const minimum = [...path, 'eta_min'];
  return [
    {
      code: 'eta-min-above-rate',
      severity: 'warning',
      message: `${subject(minimum)} is ${schedule.eta_min}, but ${subject([stage, rate])} is ${base}: the learning rate rises; use a smaller minimum`,
      path: minimum,
      related: [[[stage, rate], 'the full learning rate']],
      stage,
      inputs: [minimum, [stage, rate]],
    },
  ];
}

/** @param path of the key with the decays */
function ofDecays(
  run: RunFile,
  { stage, decays }: Keys,
  path: Path,
  schedule: Schedule,
  images: ReadonlyMap<Stage, number>,
): Finding[] {
  const isDefault = !run.source.has(path) || (path.at(-1) === decays && !isChanged(run, stage, decays));
  const decayAfterEnd = (paths: readonly Path[], steps: readonly number[]) =>
    afterEnd(run, stage, paths, steps, images, 'decay-after-end', 'this decay has no effect');
  if (schedule.type === 'step') return isDefault ? [] : decayAfterEnd([path], [schedule.step_size]);
  if (schedule.type !== 'multi_step') return [];
  const { milestones } = schedule;
  const paths = milestones.map((_, i): Path => [...path, i]);
  return [...notIncreasing(milestones, paths, stage), ...(isDefault ? [] : decayAfterEnd(paths, milestones))];
}

function notIncreasing(steps: readonly number[], paths: readonly Path[], stage: Stage): Finding[] {
  const i = steps.findIndex((step, i) => step <= (steps[i - 1] ?? 0));
  const [path, before] = [paths[i], paths[i - 1]];
  if (!path || !before) return [];
  return [
    {
      code: 'milestones-not-increasing',
      message: `${subject(path)} is ${steps[i]}, but the step before it is ${steps[i - 1]}: sort the steps in increasing order`,
      path,
      related: [[before, 'previous step']],
      stage,
    },
  ];
}

/** @param effect what follows from a step after the end of the stage */
function afterEnd(
  { config }: RunFile,
  stage: Stage,
  paths: readonly Path[],
  steps: readonly number[],
  images: ReadonlyMap<Stage, number>,
  code: string,
  effect: string,
): Finding[] {
  const settings = config[stage];
  const perEpoch = stepsPerEpoch(images.get(stage) ?? Infinity, patchesPerStep(config));
  const end = totalSteps(settings, perEpoch);
  const i = steps.findIndex((step) => step >= end);
  const path = paths[i];
  if (end === 0 || !path) return [];
  const bound = settings.num_step === end ? 'num_step' : 'num_epoch';
  const why =
    bound === 'num_step'
      ? ''
      : ` (${settings.num_epoch} epochs of ${perEpoch} step${perEpoch === 1 ? '' : 's'})`;
  return [
    {
      code,
      severity: 'warning',
      message: `${subject(path)} is ${steps[i]}, but the stage ends at step ${end}${why}: ${effect}`,
      path,
      related: [[[stage, bound], 'the stage ends here']],
      stage,
      inputs: [path, [stage, 'num_step'], [stage, 'num_epoch'], ...inputsOfImages(stage)],
    },
  ];
}
