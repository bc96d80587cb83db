import { axisLimits, createScale, type Scale } from '../plot/scale.ts';
import { type Ticks, ticks } from '../plot/ticks.ts';
import type { CurveView } from './curve-view.ts';
import { extentOf } from './shared-axis.ts';
import type { XAxis, XRange } from './x-axis.ts';

/** What a plot shows, on the screen and in exported images. */
export interface PlotContent {
  /** Without hidden curves. */
  readonly curves: readonly CurveView[];
  /** A weight of `SmoothedCurve`. */
  readonly smoothing: number;
  readonly xAxis: XAxis;
  /** From the left to the right edge. */
  readonly x: XRange;
  /** From the lower to the upper edge. */
  readonly y: { readonly min: number; readonly max: number; readonly isLog: boolean };
  /** Displayed values are divided by it. */
  readonly divisor: number;
  readonly border: PlotBorder | null;
}

/** A place on the x axis where one part of the curves ends and the next starts, and what the parts are. */
export interface PlotBorder {
  readonly x: number;
  readonly before: string;
  readonly after: string;
}

/** The area of a plot in pixels. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Without a `range`, the whole x axis is shown. */
export interface PlotOptions {
  readonly smoothing: number;
  readonly xAxis: XAxis;
  readonly range: XRange | null;
  readonly yIsLog: boolean;
  readonly divisor: number;
  readonly border?: PlotBorder | null;
}

/** The content of a plot whose y axis fits the visible parts of the curves. */
export function plotContent(
  curves: readonly CurveView[],
  { smoothing, xAxis, range, yIsLog, divisor, border = null }: PlotOptions,
): PlotContent {
  const whole = range ?? extentOf(curves);
  const x = xAxis.isLog && whole.min <= 0 ? { min: Math.min(1, whole.max / 10), max: whole.max } : whole;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const curve of curves) {
    const visible = curve.extremes(x.min, x.max, yIsLog);
    if (visible.low < low) low = visible.low;
    if (visible.high > high) high = visible.high;
  }
  const isVisible = border !== null && border.x > x.min && border.x < x.max;
  return {
    curves,
    smoothing,
    xAxis,
    x,
    y: { ...axisLimits(low, high, yIsLog), isLog: yIsLog },
    divisor,
    border: isVisible ? border : null,
  };
}

export function scalesIn(
  { left, top, width, height }: PlotArea,
  { xAxis, x, y }: PlotContent,
): { readonly x: Scale; readonly y: Scale } {
  return {
    x: createScale(x.min, x.max, left, left + width, xAxis.isLog),
    y: createScale(y.min, y.max, top + height, top, y.isLog),
  };
}

/** At most `most` ticks of the x axis; clocks show local time. */
export function xTicks({ xAxis, x }: PlotContent, most: number): Ticks {
  const offset = xAxis.kind === 'clock' ? -new Date(x.min * 1000).getTimezoneOffset() * 60 : 0;
  return ticks(xAxis.kind, x.min, x.max, xAxis.isLog, most, offset);
}

/** At most `most` ticks of the y axis, with labels of the divided values. */
export function yTicks({ y, divisor }: PlotContent, most: number): Ticks {
  const { values, labels } = ticks('number', y.min / divisor, y.max / divisor, y.isLog, most);
  return { values: values.map((value) => value * divisor), labels };
}
