import { expect, test } from 'vitest';
import { completeSchedule, learningRateAt } from '../../../../trainer/config/learning-rate.ts';
import fixture from '../../../fixtures/schedules/rates.json' with { type: 'json' };

test.each(fixture.cases)('the rates of PyTorch, and of BasicSR’s warm-up: $name', ({ schedule, rates }) => {
  const { type } = schedule;
  if (type !== 'constant' && type !== 'step' && type !== 'multi_step' && type !== 'cosine')
    throw new Error(`Unknown type ${type}.`);
  const complete = completeSchedule({ ...schedule, type });
  for (const [index, expected] of rates.entries()) {
    // Relative to the base: PyTorch's recursion is not exact where the cosine is nearly zero.
    const error = (learningRateAt(fixture.base, complete, index + 1) - expected) / fixture.base;
    expect(Math.abs(error), `step ${index + 1}`).toBeLessThan(1e-12);
  }
});

test.each([
  [41, 0.001],
  [1_000_000, 0.001],
])('after its last period, at step %i, a cosine stays at its minimum', (step, expected) => {
  const schedule = completeSchedule({
    type: 'cosine',
    warmup_steps: 0,
    periods: [10, 30],
    eta_min: 0.001,
  });
  expect(learningRateAt(0.02, schedule, step)).toBeCloseTo(expected, 15);
});
