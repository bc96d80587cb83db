import { describe, expect, test } from 'vitest';
import { Extremes } from '../../../../media/plot/extremes.ts';
import { createScale } from '../../../../media/plot/scale.ts';
import { SvgPath, type TracedCurve, traceEnvelope, traceLine } from '../../../../media/plot/trace.ts';

const nan = Number.NaN;

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
  ] satisfies { name: string; points: [number, number][]; path: string }[])('$name', ({ points, path }) => {
    expect(trace(points)).toBe(path);
  });

  test('values that are not positive are not drawn on a logarithmic axis', () => {
    expect(
      trace(
        [
          [0, 1],
          [2, 10],
          [4, 0],
          [6, -1],
          [8, 0.1],
        ],
        true,
      ),
    ).toBe('M0 5L2 0M8 10');
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

test('draws the extremes of every window', () => {
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const values = Float64Array.from({ length: 5000 }, () => (random() < 0.02 ? nan : random()));
  const extremes = new Extremes();
  for (const length of [100, 129, 4000, 5000]) extremes.extend(values, length);
  for (let i = 0; i < 200; i++) {
    const from = Math.floor(random() * 4999);
    const to = from + 1 + Math.floor(random() * (5000 - from));
    const finite = [...values.subarray(from, to)].filter((value) => !Number.isNaN(value));
    expect(extremes.of(values, from, to)).toEqual({ low: Math.min(...finite), high: Math.max(...finite) });
  }
});
