import { describe, expect, test } from 'vitest';
import { derivedAxis, stepConverter } from '../../../../../media/compare/curves/curve-axis.ts';
import { PointSeries } from '../../../../../media/plot/point-series.ts';
import type { CurveScale } from '../../../../../server/protocol/comparison.ts';

function scale(
  ...stages: [firstStep: number, imagesPerStep: number | null, stepsPerEpoch: number | null][]
): CurveScale {
  return {
    stages: stages.map(([firstStep, imagesPerStep, stepsPerEpoch], i) => ({
      stage: i === 0 ? 'pretraining' : 'training',
      firstStep,
      imagesPerStep,
      stepsPerEpoch,
      best: null,
      last: null,
    })),
  };
}

describe('steps become epochs and images across stages', () => {
  const two = scale([0, 16, 50], [1000, 8, 100]);
  test.each([
    ['epochs', 0, 0],
    ['epochs', 500, 10],
    ['epochs', 1000, 20],
    ['epochs', 1100, 21],
    ['images', 1000, 16_000],
    ['images', 1010, 16_080],
  ] as const)('%s at step %d', (unit, step, expected) =>
    expect(stepConverter(two, unit)?.(step)).toBeCloseTo(expected, 9),
  );
});

test.each([
  ['nothing is known', scale()],
  ['a stage does not say', scale([0, 16, 50], [1000, 8, null])],
  ['an epoch of no steps', scale([0, 16, 0])],
])('%s', (_, given) => expect(stepConverter(given, 'epochs')).toBe(null));

test('converts appended points, and all points after they were sorted', () => {
  const points = new PointSeries();
  const axis = derivedAxis((step) => step / 10);
  const places = () => [...axis.of(points).subarray(0, points.length)];
  const append = (...steps: number[]) =>
    points.append({ steps, values: steps.map(() => 1), wallTimes: steps });
  append(10, 20);
  expect(places()).toEqual([1, 2]);
  append(30);
  expect(places()).toEqual([1, 2, 3]);
  append(5);
  expect(places()).toEqual([0.5, 1, 2, 3]);
  append(...Array.from({ length: 300 }, (_, i) => 40 + i));
  expect(places().slice(-1)).toEqual([33.9]);
});
