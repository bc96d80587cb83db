import { expect, test } from 'vitest';
import { stepsPerEpoch, totalSteps } from '../../../../trainer/config/index.ts';

test.each([
  [800, 16, 50],
  [1000, 16, 62],
  [15, 16, 0],
  [7, 1, 7],
])('%i images in batches of %i are %i steps', (images, batch, steps) =>
  expect(stepsPerEpoch(images, batch)).toBe(steps),
);

test.each([
  [{ num_epoch: 8000 }, 50, 400_000],
  [{ num_epoch: 8000, num_step: 1000 }, 50, 1000],
  [{ num_epoch: 2, num_step: 1000 }, 50, 100],
])('%o with %i steps an epoch ends at step %i', (stage, perEpoch, steps) =>
  expect(totalSteps(stage, perEpoch)).toBe(steps),
);
