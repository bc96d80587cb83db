import { describe, expect, test } from 'vitest';
import {
  formatX,
  movedRange,
  rangeAround,
  type XRange,
  zoomedRange,
} from '../../../../media/charts/x-axis.ts';

const range = (min: number, max: number): XRange => ({ min, max });
const whole = range(0, 100);

/** A range with its ends to 9 digits. */
const rounded = ({ min, max }: XRange) => range(Number(min.toPrecision(9)), Number(max.toPrecision(9)));

describe('moves a range by a fraction of its visible length', () => {
  test.each([
    { from: range(0, 10), by: 0.5, isLog: false, to: range(5, 15) },
    { from: range(20, 40), by: -0.1, isLog: false, to: range(18, 38) },
    { from: range(1, 100), by: 0.5, isLog: true, to: range(10, 1000) },
    { from: range(10, 1000), by: -0.5, isLog: true, to: range(1, 100) },
  ])('$from by $by, logarithmic: $isLog', ({ from, by, isLog, to }) =>
    expect(rounded(movedRange(from, by, isLog))).toEqual(to),
  );
});

describe('moves a range around a position', () => {
  test.each([
    { from: range(0, 10), x: 50, isLog: false, to: range(45, 55) },
    { from: range(45, 55), x: 50, isLog: false, to: range(45, 55) },
    { from: range(1, 100), x: 1000, isLog: true, to: range(100, 10_000) },
  ])('$from around $x, logarithmic: $isLog', ({ from, x, isLog, to }) =>
    expect(rounded(rangeAround(from, x, isLog))).toEqual(to),
  );
});

describe('zooms a range within the whole axis', () => {
  test.each([
    { what: 'in, around its middle', from: whole, factor: 0.5, center: 50, to: range(25, 75) },
    { what: 'in, around its end', from: whole, factor: 0.5, center: 100, to: range(50, 100) },
    {
      what: 'around its end, for a center outside',
      from: range(0, 20),
      factor: 0.5,
      center: 90,
      to: range(10, 20),
    },
    { what: 'out', from: range(40, 60), factor: 2, center: 50, to: range(30, 70) },
    {
      what: 'out, limited to the whole axis',
      from: range(0, 20),
      factor: 2,
      center: 10,
      to: range(0, 30),
    },
    { what: 'out to the whole axis', from: range(20, 80), factor: 2, center: 50, to: null },
  ])('$what', ({ from, factor, center, to }) => expect(zoomedRange(from, factor, center, whole)).toEqual(to));
});

test.each([
  ['count', 12_345, '12,345'],
  ['duration', 4320, '1 h 12 min'],
] as const)('a position on an axis of kind %s', (kind, x, text) => expect(formatX(kind, x)).toBe(text));
