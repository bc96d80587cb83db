import { describe, expect, test } from 'vitest';
import { Extremes } from '../../../../media/plot/extremes.ts';
import { createScale } from '../../../../media/plot/scale.ts';
import { SvgPath, type TracedCurve, traceEnvelope, traceLine } from '../../../../media/plot/trace.ts';

const nan = Number.NaN;
const { POSITIVE_INFINITY: infinity, NEGATIVE_INFINITY: minusInfinity } = Number;

function curve(points: readonly (readonly [number, number])[]): TracedCurve {
  const y = Float64Array.from(points, ([, value]) => value);
  const extremes = new Extremes();
  extremes.extend(y, y.length);
  const sorted = Float64Array.from(points, ([x]) => x);
  return { sorted, factor: 1, offset: 0, y, extremes, length: points.length };
}

/** The path of points in a plot of 10x10 pixels over x 0 to 10 and y 0 to 10 (logarithmic: 0.1 to 10). */
function trace(points: readonly (readonly [number, number])[], yIsLog = false): string {
  const sink = new SvgPath();
  const x = createScale(0, 10, 0, 10, false);
  const y = yIsLog ? createScale(0.1, 10, 10, 0, true) : createScale(0, 10, 10, 0, false);
  traceLine(sink, curve(points), x, y, 0, 10);
  return sink.text;
}

/** The path of a dot. */
function dot(x: number, y: number): string {
  return `M${x} ${y}L${x - 1.5} ${y}L${x} ${y - 1.5}L${x + 1.5} ${y}L${x} ${y + 1.5}L${x - 1.5} ${y}`;
}

describe('draws few points one by one', () => {
  test.each([
    {
      name: 'a line',
      points: [
        [0, 0],
        [5, 10],
        [10, 5],
      ],
      path: 'M0 10L5 0L10 5',
    },
    {
      name: 'a gap',
      points: [
        [0, 0],
        [2, 1],
        [4, nan],
        [6, 3],
        [8, 4],
      ],
      path: 'M0 10L2 9M6 7L8 6',
    },
    {
      name: 'in from outside and out again',
      points: [
        [-9, 0],
        [-5, 5],
        [5, 5],
        [15, 5],
        [19, 0],
      ],
      path: 'M-5 5L5 5L15 5',
    },
    { name: 'nothing', points: [], path: '' },
    { name: 'a single point', points: [[5, 5]], path: dot(5, 5) },
    {
      name: 'points between values that are not finite',
      points: [
        [0, nan],
        [2, 1],
        [4, infinity],
        [6, 3],
        [8, minusInfinity],
        [10, 5],
      ],
      path: `${dot(2, 9)}${dot(6, 7)}${dot(10, 5)}`,
    },
    {
      name: 'two equal points as one dot',
      points: [
        [5, 5],
        [5, 5],
      ],
      path: dot(5, 5).replace('L', 'L5 5L'),
    },
    {
      name: 'nothing without finite values',
      points: [
        [1, nan],
        [2, infinity],
      ],
      path: '',
    },
  ] satisfies { name: string; points: [number, number][]; path: string }[])('$name', ({ points, path }) => {
    expect(trace(points)).toBe(path);
  });

  test('on a logarithmic axis only positive values are drawn, those between others as dots', () => {
    expect(
      trace(
        [
          [0, 1],
          [2, 10],
          [4, 0],
          [5, 1],
          [6, -1],
          [8, 0.1],
        ],
        true,
      ),
    ).toBe(`M0 5L2 0${dot(5, 5)}${dot(8, 10)}`);
  });
});

test('draws dense points as one stroke per column from the lowest to the highest', () => {
  // 100 points to each of the 10 columns; the highest is never the first or the last of its column.
  const points = Array.from({ length: 1000 }, (_, i): [number, number] => [
    i / 100,
    i % 100 === 50 ? 9 : i % 100 === 60 ? 1 : 4,
  ]);
  const strokes = trace(points).split('L').slice(0, 4);
  expect(strokes).toEqual(['M0.5 6', '0.5 1', '0.5 9', '0.5 6']);
  expect(trace(points).match(/[ML]/g)).toHaveLength(40);

  const outline = new SvgPath();
  const x = createScale(0, 10, 0, 10, false);
  const y = createScale(0, 10, 10, 0, false);
  expect(traceEnvelope(outline, curve(points), x, y, 0, 10)).toBe(true);
  expect(outline.text.startsWith('M0.5 1L1.5 1')).toBe(true);
  expect(outline.text.endsWith('L1.5 9L0.5 9')).toBe(true);
});

describe('of dense points, columns without a value interrupt the line', () => {
  // 100 points to each of the 10 columns.
  test.each<[string, (i: number) => number, boolean, string]>([
    ['one finite value', (i) => (i === 550 ? 5 : nan), false, dot(5.5, 5)],
    [
      'one value among infinite ones',
      (i) => (i === 550 ? 5 : i % 2 ? infinity : minusInfinity),
      false,
      dot(5.5, 5),
    ],
    ['one value among zeros on a logarithmic axis', (i) => (i === 550 ? 1 : 0), true, dot(5.5, 5)],
    [
      'two values of a column',
      (i) => (i === 550 ? 5 : i === 560 ? 7 : nan),
      false,
      'M5.5 5L5.5 5L5.5 3L5.5 3',
    ],
    [
      'infinite values at both ends of a column',
      (i) => (i === 500 || i === 599 ? infinity : i < 500 || i > 599 ? nan : 5),
      false,
      dot(5.5, 5),
    ],
    ['no value', () => nan, false, ''],
    ['no positive value on a logarithmic axis', () => 0, true, ''],
  ])('%s', (_, valueAt, yIsLog, path) => {
    const points = Array.from({ length: 1000 }, (_, i): [number, number] => [i / 100, valueAt(i)]);
    // Each column repeats its first point.
    expect(trace(points, yIsLog).replaceAll(/M(\S+ \S+?)(L\1){3}/g, 'M$1')).toBe(path);
  });
});

test('draws the extremes of every window', () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const others = [nan, infinity, minusInfinity];
  const values = Float64Array.from({ length: 5000 }, () =>
    random() < 0.02 ? others[Math.floor(random() * 3)]! : random() - 0.5,
  );
  const extremes = new Extremes();
  for (const length of [100, 129, 4000, 5000]) extremes.extend(values, length);
  for (let i = 0; i < 200; i++) {
    const from = Math.floor(random() * 4999);
    const to = from + 1 + Math.floor(random() * (5000 - from));
    const finite = [...values.subarray(from, to)].filter(Number.isFinite);
    expect(extremes.of(values, from, to)).toEqual({
      low: Math.min(...finite),
      lowPositive: Math.min(...finite.filter((value) => value > 0)),
      high: Math.max(...finite),
    });
  }
});
