import { expect, test } from 'vitest';
import { PointSeries } from '../../../../media/plot/point-series.ts';
import { StagePoints } from '../../../../media/run-panel/stage-points.ts';

function seriesOf(steps: readonly number[]): PointSeries {
  const series = new PointSeries();
  series.append({ steps: [...steps], values: steps.map((step) => step / 10), wallTimes: [...steps] });
  return series;
}

const stepsOf = (points: ReadonlyMap<string, PointSeries>) =>
  Object.fromEntries([...points].map(([tag, { steps, length }]) => [tag, [...steps.subarray(0, length)]]));

const all = () =>
  new Map([
    ['both', seriesOf([1, 2, 3, 4])],
    ['first', seriesOf([1, 2])],
    ['second', seriesOf([3, 4])],
  ]);

test.each([
  ['pretraining', { both: [1, 2], first: [1, 2] }],
  ['training', { both: [3, 4], second: [3, 4] }],
] as const)('the points of %s, of the tags that have some', (stage, expected) => {
  expect(stepsOf(new StagePoints().of(all(), 2, stage))).toEqual(expected);
});

test('new points are appended to the same series', () => {
  const points = all();
  const stages = new StagePoints();
  const before = stages.of(points, 2, 'training').get('both');
  points.get('both')!.append({ steps: [5], values: [0.5], wallTimes: [5] });
  const after = stages.of(points, 2, 'training').get('both');
  expect(after).toBe(before);
  expect(after?.length).toBe(3);
});

test('inserted points, another series and another border start again', () => {
  const points = all();
  const stages = new StagePoints();
  stages.of(points, 2, 'training');
  points.get('both')!.append({ steps: [2.5], values: [0.2], wallTimes: [9] });
  expect(stepsOf(stages.of(points, 2, 'training')).both).toEqual([2.5, 3, 4]);
  points.set('both', seriesOf([1, 9]));
  expect(stepsOf(stages.of(points, 2, 'training')).both).toEqual([9]);
  expect(stepsOf(stages.of(points, 0, 'training')).both).toEqual([1, 9]);
});
