import { expect, test } from 'vitest';
import { type Measured, planFor, recipes } from '../../../../trainer/config/index.ts';
import { plannedRunFile } from '../../../../trainer/config/planned-run-file.ts';
import { readRunFile } from '../../../../trainer/config/read-run-file.ts';
import { fakeFiles, images } from './fake-files.ts';

/** A machine on which the networks take these seconds per step. */
function machine(...secondsPerStep: number[]): [Measured, ...Measured[]] {
  const [first, ...others] = recipes.slice(0, secondsPerStep.length).map((recipe, i) => ({
    recipe,
    secondsPerStep: secondsPerStep[i] ?? 0,
  }));
  if (first === undefined) throw new Error('a machine has at least one measurement');
  return [first, ...others];
}

const twoCores = machine(0.1, 0.18, 0.27, 0.6, 1.5, 5, 20);
const slow = machine(2, 5);
const gpu = machine(0.01, 0.012, 0.016, 0.02, 0.03, 0.06, 0.15);

test.each<
  [string, [Measured, ...Measured[]], minutes: number, channels: number, blocks: number, steps: number]
>([
  ['two cores', twoCores, 5, 24, 2, 1500],
  ['two cores', twoCores, 15, 32, 3, 3000],
  ['two cores', twoCores, 60, 48, 4, 5400],
  ['two cores', twoCores, 480, 64, 6, 17_000],
  ['a slow machine', slow, 15, 16, 1, 400],
  ['a slow machine', slow, 1, 16, 1, 27],
  ['a GPU', gpu, 15, 64, 6, 27_000],
  ['a GPU', gpu, 60, 64, 12, 54_000],
  ['a GPU', gpu, 480, 64, 23, 170_000],
])(
  '%s, %#: in a time, the largest network with enough steps',
  (_, measured, minutes, channels, blocks, steps) => {
    const plan = planFor(minutes * 60, measured);
    expect(plan.recipe).toMatchObject({ channels, blocks });
    expect(plan.steps).toBe(steps);
    expect(plan.steps * plan.secondsPerStep).toBeLessThanOrEqual(minutes * 60 * 0.9);
    expect(plan.decayEvery * 4).toBeGreaterThanOrEqual(steps);
  },
);

test('recipes grow in size and in the steps that they need', () => {
  const cost = recipes.map(({ channels, growth, blocks }) => channels * growth * blocks);
  expect(cost).toEqual(cost.toSorted((a, b) => a - b));
  const steps = recipes.map(({ fewestSteps }) => fewestSteps);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
});

test.each([
  [1, 'photos'],
  [15, 'my: photos'],
  [480, '2024'],
])(
  'the run file for %d minutes with data set %j has no problems and a reason for each value',
  (minutes, dataset) => {
    const plan = planFor(minutes * 60, twoCores);
    const text = plannedRunFile(plan, {
      minutes,
      engine: 'cpu',
      scale: 4,
      dataset,
      train: 'p/train',
      val: 'p/val',
      images: 40,
    });
    const files = fakeFiles({ '/w/p/train': images(40, [640, 480]), '/w/p/val': images(4, [640, 480]) });
    const { config, problems } = readRunFile(text, { file: '/w/a.esrgan.yaml', files });
    expect(problems).toEqual([]);
    expect(config?.pretraining).toMatchObject({
      num_step: plan.steps,
      lr: plan.recipe.learningRate,
      sched_step: plan.decayEvery,
      train_datasets: [dataset],
    });
    expect(text.match(/#/g)?.length).toBeGreaterThan(12);
  },
);
