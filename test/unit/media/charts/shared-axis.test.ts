import { describe, expect, test } from 'vitest';
import { type CurveSource, CurveView, viewsOf } from '../../../../media/charts/curve-view.ts';
import { extentOf, nearestPoint, nextPosition } from '../../../../media/charts/shared-axis.ts';
import { PointSeries } from '../../../../media/plot/point-series.ts';

/** Curves with points at these steps, two units of the axis per step. */
function curves(...steps: readonly (readonly number[])[]): CurveView[] {
  return viewsOf(
    steps.map((each, i) => source(String(i), each)),
    [],
  );
}

function source(id: string, steps: readonly number[]): CurveSource {
  const points = new PointSeries();
  points.append({ steps: [...steps], values: steps.map(() => 1), wallTimes: steps.map(() => 0) });
  return {
    id,
    label: id,
    color: 'red',
    dash: [],
    points,
    x: { of: 'steps', factor: 2, offset: 0 },
    divisor: 1,
  };
}

describe('extent of all curves', () => {
  test.each([
    {
      steps: [
        [1, 5],
        [3, 9],
      ],
      extent: { min: 2, max: 18 },
    },
    { steps: [[], [3, 9]], extent: { min: 6, max: 18 } },
    { steps: [[4]], extent: { min: 7.5, max: 8.5 } },
    { steps: [[], []], extent: { min: 0, max: 1 } },
    { steps: [], extent: { min: 0, max: 1 } },
  ])('$steps', ({ steps, extent }) => expect(extentOf(curves(...steps))).toEqual(extent));
});

describe('nearest point of all curves', () => {
  test.each([
    {
      steps: [
        [1, 5],
        [3, 9],
      ],
      x: 7,
      point: { x: 6, step: 3 },
    },
    {
      steps: [
        [1, 5],
        [3, 9],
      ],
      x: 99,
      point: { x: 18, step: 9 },
    },
    { steps: [[], [3]], x: 0, point: { x: 6, step: 3 } },
    { steps: [[]], x: 0, point: null },
  ])('$steps at $x', ({ steps, x, point }) => expect(nearestPoint(curves(...steps), x)).toEqual(point));
});

describe('next position with a point', () => {
  test.each([
    { x: 2, isForward: true, position: 6 },
    { x: 6, isForward: true, position: 10 },
    { x: 6, isForward: false, position: 2 },
    { x: 7, isForward: false, position: 6 },
    { x: 18, isForward: true, position: 18 },
    { x: 2, isForward: false, position: 2 },
  ])('from $x, forward: $isForward', ({ x, isForward, position }) =>
    expect(nextPosition(curves([1, 5], [3, 9]), x, isForward)).toBe(position),
  );
});

describe('a view is reused while points are only appended', () => {
  const first = source('a', [1, 2]);
  const [before] = viewsOf([first], []);
  test('processes appended points', () => {
    first.points.append({ steps: [7], values: [1], wallTimes: [0] });
    const [after] = viewsOf([{ ...first, label: 'renamed' }], before ? [before] : []);
    expect(after).toBe(before);
    expect(after?.length).toBe(3);
    expect(after?.source.label).toBe('renamed');
  });
  test('other points get a new view', () => {
    const [after] = viewsOf([source('a', [1, 2])], before ? [before] : []);
    expect(after).toBeInstanceOf(CurveView);
    expect(after).not.toBe(before);
  });
});
