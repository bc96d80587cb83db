import type { PretrainingSchedule } from '../../schemas/run-config.ts';
import { isScheduleFree, type OptimizerSettings } from './optimizer-settings.ts';
import type { ResolvedConfig } from './resolved.ts';

/** A schedule in a run file. */
type GivenSchedule = Omit<PretrainingSchedule, 'periods' | 'restart_weights'> & {
  readonly periods?: readonly number[];
  readonly restart_weights?: readonly number[];
};

/** How a learning rate changes, with all settings of its type. */
export type Schedule = { readonly warmup_steps: number } & (
  | { readonly type: 'constant' }
  | { readonly type: 'step'; readonly step_size: number; readonly gamma: number }
  | { readonly type: 'multi_step'; readonly milestones: readonly number[]; readonly gamma: number }
  | {
      readonly type: 'cosine';
      readonly periods: readonly number[];
      /** As many as periods. */
      readonly restart_weights: readonly number[];
      readonly eta_min: number;
    }
);

/** Defaults of the original program. */
const usual = { step_size: 200_000, milestones: [50_000, 100_000, 200_000, 300_000], gamma: 0.5 };

/** Fills in the defaults of the type, and drops what another type needs. */
export function completeSchedule({
  type,
  warmup_steps,
  step_size = usual.step_size,
  milestones = usual.milestones,
  gamma = usual.gamma,
  periods = [1],
  restart_weights = periods.map(() => 1),
  eta_min = 0,
}: GivenSchedule): Schedule {
  switch (type) {
    case 'constant':
      return { type, warmup_steps };
    case 'step':
      return { type, warmup_steps, step_size, gamma };
    case 'multi_step':
      return { type, warmup_steps, milestones, gamma };
    case 'cosine':
      return { type, warmup_steps, periods, restart_weights, eta_min };
  }
}

/** What has a learning rate and an optimizer of its own: the generator in pretraining, and each network in training. */
export type Optimized = 'pretraining' | 'generator' | 'discriminator';

/** How a network is updated: its optimizer, and the learning rate of each update, numbered from 1. */
export interface NetworkOptimization {
  readonly optimizer: OptimizerSettings;
  readonly schedule: Schedule;
  readonly learningRate: (step: number) => number;
}

export function optimizationOf(
  { pretraining, training }: Pick<ResolvedConfig, 'pretraining' | 'training'>,
  network: Optimized,
): NetworkOptimization {
  switch (network) {
    case 'pretraining':
      return optimization(pretraining.lr, pretraining.optimizer, pretraining.schedule, {
        type: 'step',
        warmup_steps: 0,
        step_size: pretraining.sched_step,
        gamma: pretraining.sched_gamma,
      });
    case 'generator':
      return optimization(training.g_lr, training.g_optimizer, training.g_schedule, {
        type: 'multi_step',
        warmup_steps: 0,
        milestones: training.g_sched_steps,
        gamma: training.g_sched_gamma,
      });
    case 'discriminator':
      return optimization(training.d_lr, training.d_optimizer, training.d_schedule, {
        type: 'multi_step',
        warmup_steps: 0,
        milestones: training.d_sched_steps,
        gamma: training.d_sched_gamma,
      });
  }
}

/** @param ofKeys the schedule of the original's keys, which schedule-free optimizers do not use */
function optimization(
  base: number,
  optimizer: OptimizerSettings,
  given: Schedule | undefined,
  ofKeys: Schedule,
): NetworkOptimization {
  const schedule =
    given ?? (isScheduleFree(optimizer) ? { type: 'constant' as const, warmup_steps: 0 } : ofKeys);
  return { optimizer, schedule, learningRate: (step) => learningRateAt(base, schedule, step) };
}

/**
 * The learning rate of an update. Warm-up is linear and takes the place of the schedule, which counts from the first
 * step all the same, as in BasicSR.
 *
 * @param base the full learning rate
 * @param step number of the update, from 1
 */
export function learningRateAt(base: number, schedule: Schedule, step: number): number {
  if (step < schedule.warmup_steps) return (base * step) / schedule.warmup_steps;
  const done = step - 1;
  switch (schedule.type) {
    case 'constant':
      return base;
    // PyTorch's StepLR, stepped once per mini-batch.
    case 'step':
      return base * schedule.gamma ** Math.floor(done / schedule.step_size);
    // PyTorch's MultiStepLR.
    case 'multi_step':
      return base * schedule.gamma ** schedule.milestones.filter((milestone) => milestone <= done).length;
    case 'cosine':
      return cosine(base, schedule, done);
  }
}

/** BasicSR's CosineAnnealingRestartLR after `done` updates; after its periods it stays at its minimum. */
function cosine(
  base: number,
  { periods, restart_weights, eta_min }: Extract<Schedule, { type: 'cosine' }>,
  done: number,
): number {
  let start = 0;
  for (const [index, period] of periods.entries()) {
    if (done <= start + period) {
      const height = restart_weights[index]! * (base - eta_min);
      return eta_min + (height / 2) * (1 + Math.cos((Math.PI * (done - start)) / period));
    }
    start += period;
  }
  return eta_min;
}
