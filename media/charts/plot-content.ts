import { axisLimits, createScale, type Scale } from '../plot/scale.ts';
import { type Ticks, ticks } from '../plot/ticks.ts';
import type { CurveView } from './curve-view.ts';
import { extentOf } from './shared-axis.ts';
import type { XAxis, XRange } from './x-axis.ts';

/** What the plot of a chart shows, on the screen and in its exported images. */
export interface PlotContent {
  /** Those that are not hidden. */
  readonly curves: readonly CurveView[];
  /** Weight of the past, from 0 to below 1. */
  readonly smoothing: number;
  readonly xAxis: XAxis;
  /** From its left to its right edge. */
  readonly x: XRange;
  /** From its lower to its upper edge. */
  readonly y: { readonly min: number; readonly max: number; readonly isLog: boolean };
  /** What values of y are divided by where they are read. */
  readonly divisor: number;
}

/** Where a plot lies in its image, in pixels. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** How the person looks at the curves; without a `range`, all of the x axis. */
export interface PlotOptions {
  readonly smoothing: number;
  readonly xAxis: XAxis;
  readonly range: XRange | null;
  readonly yIsLog: boolean;
  readonly divisor: number;
}

/** The content of a plot whose y axis has room for all that is seen of the curves. */
export function plotContent(
  curves: readonly CurveView[],
  { smoothing, xAxis, range, yIsLog, divisor }: PlotOptions,
): PlotContent {
  const whole = range ?? extentOf(curves);
  const x = xAxis.isLog && whole.min <= 0 ? { min: Math.min(1, whole.max / 10), max: whole.max } : whole;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const curve of curves) {
    const seen = curve.extremes(x.min, x.max, yIsLog);
    if (seen.low < low) low = seen.low;
    if (seen.high > high) high = seen.high;
  }
  return { curves, smoothing, xAxis, x, y: { ...axisLimits(low, high, yIsLog), isLog: yIsLog }, divisor };
}

/** How x and y lie in the pixels of a plot. */
export function scalesIn(
  { left, top, width, height }: PlotArea,
  { xAxis, x, y }: PlotContent,
): { readonly x: Scale; readonly y: Scale } {
  return {
    x: createScale(x.min, x.max, left, left + width, xAxis.isLog),
    y: createScale(y.min, y.max, top + height, top, y.isLog),
  };
}

/** At most so many marks of the x axis; clocks tell local time. */
export function xTicks({ xAxis, x }: PlotContent, most: number): Ticks {
  const offset = xAxis.kind === 'clock' ? -new Date(x.min * 1000).getTimezoneOffset() * 60 : 0;
  return ticks(xAxis.kind, x.min, x.max, xAxis.isLog, most, offset);
}

/** At most so many marks of the y axis, labelled as they are read: divided. */
export function yTicks({ y, divisor }: PlotContent, most: number): Ticks {
  const { values, labels } = ticks('number', y.min / divisor, y.max / divisor, y.isLog, most);
  return { values: values.map((value) => value * divisor), labels };
}
