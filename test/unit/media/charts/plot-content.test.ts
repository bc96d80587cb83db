import { describe, expect, test } from 'vitest';
import { viewsOf } from '../../../../media/charts/curve-view.ts';
import {
  type PlotOptions,
  plotContent,
  scalesIn,
  xTicks,
  yTicks,
} from '../../../../media/charts/plot-content.ts';
import type { XAxis } from '../../../../media/charts/x-axis.ts';
import { PointSeries } from '../../../../media/plot/point-series.ts';

const steps: XAxis = { kind: 'count', title: 'step', isLog: false };
const usual: PlotOptions = { smoothing: 0, xAxis: steps, range: null, yIsLog: false, divisor: 1 };

/** The content of a plot of one curve whose value at each step from 0 is as given. */
function content(values: readonly number[], options: Partial<PlotOptions> = {}) {
  const points = new PointSeries();
  points.append({ steps: values.map((_, i) => i), values: [...values], wallTimes: values.map(() => 0) });
  const x = { of: 'steps', factor: 1, offset: 0 } as const;
  const curve = { id: 'a', label: 'a', color: 'red', dash: [], points, x, divisor: 1 };
  return plotContent(viewsOf([curve], []), { ...usual, ...options });
}

const rising = Array.from({ length: 101 }, (_, i) => i);

test.each([
  [50, true],
  [100, false],
  [-1, false],
])('a border at %d is in the plot: %s', (x, isShown) => {
  const border = { x, before: 'one', after: 'two' };
  expect(content(rising, { border }).border).toEqual(isShown ? border : null);
});

describe('the axes fit the visible curves', () => {
  test.each([
    { what: 'all', options: {}, x: { min: 0, max: 100 }, y: { min: 0, max: 106 } },
    {
      what: 'a part',
      options: { range: { min: 50, max: 60 } },
      x: { min: 50, max: 60 },
      y: { min: 49.4, max: 60.6 },
    },
    {
      what: 'a logarithmic x axis has no 0',
      options: { xAxis: { ...steps, isLog: true } },
      x: { min: 1, max: 100 },
      y: { min: 0, max: 105.94 },
    },
  ])('$what', ({ options, x, y }) => {
    const shown = content(rising, options);
    expect(shown.x).toEqual(x);
    expect(shown.y.min).toBeCloseTo(y.min, 9);
    expect(shown.y.max).toBeCloseTo(y.max, 9);
  });
  test('a logarithmic y axis fits the positive values', () => {
    const { min, max, isLog } = content([-5, 0, 1, 100], { yIsLog: true }).y;
    expect(isLog).toBe(true);
    expect([min > 0.5 && min < 1, max > 100 && max < 200]).toEqual([true, true]);
  });
});

test.each([
  {
    what: 'infinite values',
    values: [Number.NEGATIVE_INFINITY, 1, 3, Number.POSITIVE_INFINITY],
    yIsLog: false,
  },
  { what: 'NaN', values: [Number.NaN, 1, 3, Number.NaN], yIsLog: false },
  { what: 'zeros and infinite values', values: [0, 1, 3, Number.POSITIVE_INFINITY], yIsLog: true },
])('the y axis ignores $what', ({ values, yIsLog }) => {
  expect(content(values, { yIsLog }).y).toEqual(content([1, 1, 3, 3], { yIsLog }).y);
});

test('x increases to the right, y upward', () => {
  const { x, y } = scalesIn({ left: 10, top: 20, width: 100, height: 50 }, content(rising));
  expect([x.position(0), x.position(100)]).toEqual([10, 110]);
  expect([y.position(y.min), y.position(y.max)]).toEqual([70, 20]);
});

test('ticks of y have labels of the divided values', () =>
  expect(yTicks(content([0, 100 * 1024], { divisor: 1024 }), 4)).toEqual({
    values: [0, 50 * 1024, 100 * 1024],
    labels: ['0', '50', '100'],
  }));

test('ticks of x', () =>
  expect(xTicks(content(rising), 5)).toEqual({
    values: [0, 20, 40, 60, 80, 100],
    labels: ['0', '20', '40', '60', '80', '100'],
  }));

test('ticks of a clock are at round local times', () => {
  const at = new Date(2030, 0, 31, 12, 30).getTime() / 1000;
  const clock: XAxis = { kind: 'clock', title: 'time', isLog: false };
  const shown = content(rising, { xAxis: clock, range: { min: at, max: at + 3 * 3600 } });
  expect(xTicks(shown, 4).labels).toEqual(['13:00', '14:00', '15:00']);
});
