import { expect, test } from 'vitest';
import { SmoothedCurve } from '../../../../media/charts/smoothing.ts';

const nan = Number.NaN;

/** Smooths in the given portions, which must not matter. */
function smooth(values: readonly number[], weight: number, portions: readonly number[]): number[] {
  const curve = new SmoothedCurve(weight);
  const all = Float64Array.from(values);
  for (const length of portions) curve.extend(all, length);
  return [...curve.extend(all, all.length).subarray(0, all.length)];
}

// By hand: the average a(n) = w a(n-1) + (1-w) v(n) from 0, over 1 - w^n.
test.each([
  { name: 'two values', values: [1, 2], weight: 0.5, expected: [1, 1.25 / 0.75] },
  { name: 'no weight', values: [3, 5, 4], weight: 0, expected: [3, 5, 4] },
  {
    name: 'NaN goes through and does not count',
    values: [1, nan, 2],
    weight: 0.5,
    expected: [1, nan, 1.25 / 0.75],
  },
  {
    name: 'so does infinity',
    values: [1, Number.POSITIVE_INFINITY, 2],
    weight: 0.5,
    expected: [1, Number.POSITIVE_INFINITY, 1.25 / 0.75],
  },
  { name: 'a constant curve stays', values: [0.1, 0.1, 0.1], weight: 0.9, expected: [0.1, 0.1, 0.1] },
  { name: 'nothing finite', values: [nan, nan], weight: 0.9, expected: [nan, nan] },
  { name: 'nothing', values: [], weight: 0.9, expected: [] },
])('$name', ({ values, weight, expected }) => {
  for (const portions of [[], [1], [1, 2]]) {
    const smoothed = smooth(
      values,
      weight,
      portions.filter((length) => length <= values.length),
    );
    expect(smoothed.length).toBe(expected.length);
    for (const [i, value] of smoothed.entries())
      expect(value).toEqual(Number.isFinite(expected[i]!) ? expect.closeTo(expected[i]!, 12) : expected[i]);
  }
});

test('a curve that stops being constant is smoothed from its first value', () => {
  const values = [5, 5, 5, 9];
  expect(smooth(values, 0.5, [3])).toEqual(smooth(values, 0.5, []));
});
