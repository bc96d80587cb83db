/** Settings of a training that cost time, of a network size. `docs/time-budget.md` has the measurements behind them. */
export interface Recipe {
  readonly channels: number;
  readonly growth: number;
  readonly blocks: number;
  readonly batch: number;
  /** Side of the HR patch. */
  readonly patch: number;
  readonly learningRate: number;
  /** A network of this size needs so many steps to be better than the next smaller one. */
  readonly fewestSteps: number;
}

/** From the fastest to the best. A few hours of two CPU cores reach the middle, a night of a GPU the end. */
export const recipes: readonly Recipe[] = [
  { channels: 16, growth: 8, blocks: 1, batch: 8, patch: 64, learningRate: 1e-3, fewestSteps: 0 },
  { channels: 24, growth: 12, blocks: 2, batch: 8, patch: 64, learningRate: 1e-3, fewestSteps: 700 },
  { channels: 32, growth: 16, blocks: 3, batch: 8, patch: 64, learningRate: 1e-3, fewestSteps: 2500 },
  { channels: 48, growth: 24, blocks: 4, batch: 8, patch: 64, learningRate: 1e-3, fewestSteps: 4500 },
  { channels: 64, growth: 32, blocks: 6, batch: 8, patch: 64, learningRate: 5e-4, fewestSteps: 10_000 },
  { channels: 64, growth: 32, blocks: 12, batch: 8, patch: 96, learningRate: 4e-4, fewestSteps: 40_000 },
  { channels: 64, growth: 32, blocks: 23, batch: 16, patch: 128, learningRate: 2e-4, fewestSteps: 100_000 },
];

/** Fraction of the time for steps; validation, samples, checkpoints and the start take the rest. */
const stepFraction = 0.9;

/** Validations in a training: enough to see a curve, too few to cost much. */
const validations = 12;

/** A recipe with the time that its steps take on this machine. */
export interface Measured {
  readonly recipe: Recipe;
  readonly secondsPerStep: number;
}

export interface Plan extends Measured {
  readonly steps: number;
  /** Steps between halvings of the learning rate: a quarter of all. */
  readonly decayEvery: number;
  readonly validateEvery: number;
}

/** Steps of a recipe in a time. */
export function stepsIn(seconds: number, { secondsPerStep }: Pick<Measured, 'secondsPerStep'>): number {
  return Math.max(1, Math.floor((seconds * stepFraction) / secondsPerStep));
}

/** Seconds that so many steps of a stage take, with validation, samples, checkpoints and the start. */
export function stageSeconds(steps: number, secondsPerStep: number): number {
  return (steps * secondsPerStep) / stepFraction;
}

/** Whether a time is enough for the steps that a recipe needs. */
export function hasTimeFor(seconds: number, measured: Measured): boolean {
  return stepsIn(seconds, measured) >= measured.recipe.fewestSteps;
}

/**
 * What makes the most of a time: the best recipe that has enough steps in it. `measured` is in the order of `recipes`, and
 * has at least the first of them.
 */
export function planFor(seconds: number, measured: readonly [Measured, ...Measured[]]): Plan {
  const best = measured.findLast((each) => hasTimeFor(seconds, each)) ?? measured[0];
  const steps = rounded(stepsIn(seconds, best));
  return {
    ...best,
    steps,
    decayEvery: Math.max(1, Math.ceil(steps / 4)),
    validateEvery: Math.max(1, Math.floor(steps / validations)),
  };
}

/** Two significant digits, downward, as a person would choose. */
function rounded(steps: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(steps)) - 1);
  return Math.floor(steps / unit) * unit;
}
