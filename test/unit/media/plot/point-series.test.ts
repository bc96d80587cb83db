import { describe, expect, test } from 'vitest';
import { pointsToCsv } from '../../../../media/charts/chart-csv.ts';
import { pointRows } from '../../../../media/charts/point-rows.ts';
import { lowerBound, nearestIndex, PointSeries } from '../../../../media/plot/point-series.ts';

type Point = readonly [step: number, value: number | null, time?: number];

/** A series that got its points in these portions. */
function series(...portions: readonly (readonly Point[])[]): PointSeries {
  const points = new PointSeries();
  for (const portion of portions) {
    points.append({
      steps: portion.map(([step]) => step),
      values: portion.map(([, value]) => value),
      wallTimes: portion.map(([step, , time]) => time ?? step),
    });
  }
  return points;
}

function contents({ steps, values, times, length }: PointSeries): number[][] {
  return Array.from({ length }, (_, i) => [steps[i]!, values[i]!, times[i]!]);
}

test.each([
  {
    name: 'portions follow each other',
    portions: [
      [
        [1, 5],
        [2, 6],
      ],
      [[3, 7]],
    ],
    expected: [
      [1, 5, 1],
      [2, 6, 2],
      [3, 7, 3],
    ],
  },
  { name: 'what is not finite', portions: [[[1, null]]], expected: [[1, Number.NaN, 1]] },
  {
    name: 'a step from before is sorted in',
    portions: [
      [
        [1, 5],
        [4, 6],
      ],
      [[2, 7]],
    ],
    expected: [
      [1, 5, 1],
      [2, 7, 2],
      [4, 6, 4],
    ],
  },
  {
    name: 'of one step the order stays',
    portions: [
      [
        [1, 5],
        [1, 6],
      ],
      [
        [0, 4],
        [1, 7],
      ],
    ],
    expected: [
      [0, 4, 0],
      [1, 5, 1],
      [1, 6, 1],
      [1, 7, 1],
    ],
  },
  {
    name: 'times never fall',
    portions: [
      [
        [1, 5, 10],
        [2, 6, 8],
      ],
      [[3, 7, 9]],
    ],
    expected: [
      [1, 5, 10],
      [2, 6, 10],
      [3, 7, 10],
    ],
  },
] satisfies { name: string; portions: Point[][]; expected: number[][] }[])(
  '$name',
  ({ portions, expected }) => {
    expect(contents(series(...portions))).toEqual(expected);
  },
);

test('grows beyond its capacity', () => {
  const many = Array.from({ length: 10_000 }, (_, i): Point => [i, -i]);
  const points = series(many.slice(0, 300), many.slice(300));
  expect(points.length).toBe(10_000);
  expect(contents(points).every(([step, value]) => value === -step! || step === 0)).toBe(true);
});

describe('search', () => {
  const sorted = Float64Array.of(1, 3, 3, 7, 99);
  test.each([
    [0, 0, 0],
    [1, 0, 0],
    [2, 1, 0],
    [3, 1, 1],
    [4.9, 3, 2],
    [6, 3, 3],
    [8, 4, 3],
  ])('%d: bound %d, nearest %d', (value, bound, nearest) => {
    // The last number is spare room.
    expect(lowerBound(sorted, 4, value)).toBe(bound);
    expect(nearestIndex(sorted, 4, value)).toBe(nearest);
  });

  test('no nearest index without numbers', () => {
    expect(nearestIndex(sorted, 0, 1)).toBe(-1);
  });
});

test('CSV has a line per step and a column per curve', () => {
  const curves = [
    {
      name: 'a',
      points: series([
        [1, 0.5],
        [2, null],
      ]),
    },
    { name: 'b, "quoted"', points: series([[2, 3]]) },
  ];
  expect(pointsToCsv(curves)).toBe(
    [
      'step,time,a,"b, ""quoted"""',
      '1,1970-01-01T00:00:01.000Z,0.5,',
      '2,1970-01-01T00:00:02.000Z,NaN,3',
      '',
    ].join('\r\n'),
  );
});

test.each([
  { most: 9, steps: [4, 3, 2, 1] },
  { most: 2, steps: [4, 1] },
  { most: 1, steps: [4] },
])('a table of at most $most rows', ({ most, steps }) => {
  const { rows, total } = pointRows(
    [
      series([
        [1, 1],
        [2, 2],
        [4, 4],
      ]),
      series([[3, 30]]),
    ],
    most,
  );
  expect(total).toBe(4);
  expect(rows.map(({ step }) => step)).toEqual(steps);
  expect(rows[0]!.values).toEqual([4, null]);
});
