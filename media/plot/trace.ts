import type { Extremes } from './extremes.ts';
import { lowerBound } from './point-series.ts';
import type { Scale } from './scale.ts';

/** A canvas, a `Path2D` or an `SvgPath`. */
export interface LineSink {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

/** A curve to draw; x is `sorted * factor + offset`. */
export interface TracedCurve {
  /** Rising numbers; only the first `length` are used. */
  readonly sorted: Float64Array;
  readonly factor: number;
  readonly offset: number;
  readonly y: Float64Array;
  readonly extremes: Extremes;
  readonly length: number;
}

/** The indices `[from, to)` of the points between two values of x. */
export function visibleRange(curve: TracedCurve, min: number, max: number): { from: number; to: number } {
  const from = lowerBound(curve.sorted, curve.length, (min - curve.offset) / curve.factor);
  const to = lowerBound(curve.sorted, curve.length, nextUp((max - curve.offset) / curve.factor), from);
  return { from, to };
}

/** The next larger number, so that a point exactly at the upper limit is included. */
function nextUp(value: number): number {
  return value + Math.max(Math.abs(value) * 2 ** -52, Number.MIN_VALUE);
}

/**
 * Draws a curve. If there are more than two points per pixel column, each column gets one stroke from its lowest to its
 * highest point, entered at the first and left at the last point, which gives the same image as drawing all points.
 * A value that is not finite, or not positive on a logarithmic scale, interrupts the line; a point between two
 * interruptions is a dot.
 *
 * @param left first pixel column, an integer
 * @param width number of pixel columns
 */
export function traceLine(
  sink: LineSink,
  curve: TracedCurve,
  x: Scale,
  y: Scale,
  left: number,
  width: number,
): void {
  const { from, to } = visibleRange(curve, x.min, x.max);
  if (to - from <= 2 * width) {
    tracePoints(sink, curve, x, y, Math.max(0, from - 1), Math.min(curve.length, to + 1));
    return;
  }
  const pen = createPen(sink);
  eachColumn(curve, x, left, width, from, to, (column, start, end) => {
    const span = spanOf(curve, y, start, end);
    if (span === undefined) {
      pen.lift();
      return;
    }
    const { top, bottom } = span;
    const center = left + column + 0.5;
    const first = y.position(curve.y[start]!);
    const enter = Number.isFinite(first) ? first : bottom;
    pen.drawTo(center, enter);
    // The nearer end first, the last value last: avoids strokes back over the same pixels.
    const last = y.position(curve.y[end - 1]!);
    const leave = Number.isFinite(last) ? last : top;
    const isRising = leave < enter;
    pen.drawTo(center, isRising ? bottom : top);
    pen.drawTo(center, isRising ? top : bottom);
    pen.drawTo(center, leave);
  });
  pen.lift();
}

/** The pixels of the lowest and the highest value of a range of points; undefined if no value has a pixel. */
function spanOf(
  { extremes, y: values }: TracedCurve,
  y: Scale,
  start: number,
  end: number,
): { readonly top: number; readonly bottom: number } | undefined {
  const { low, lowPositive, high } = extremes.of(values, start, end);
  const top = y.position(high);
  const bottom = y.position(y.isLog ? lowPositive : low);
  return Number.isFinite(top) && Number.isFinite(bottom) ? { top, bottom } : undefined;
}

function tracePoints(sink: LineSink, curve: TracedCurve, x: Scale, y: Scale, from: number, to: number): void {
  const pen = createPen(sink);
  for (let i = from; i < to; i++) {
    const px = x.position(curve.sorted[i]! * curve.factor + curve.offset);
    const py = y.position(curve.y[i]!);
    if (Number.isFinite(px) && Number.isFinite(py)) pen.drawTo(px, py);
    else pen.lift();
  }
  pen.lift();
}

/** Pixels from the center of a dot to its corners. */
const dotRadius = 1.5;

/** Draws lines, and dots for lines without length, of which a canvas and SVG draw nothing. */
function createPen(sink: LineSink): { drawTo(x: number, y: number): void; lift(): void } {
  let start: { readonly x: number; readonly y: number } | undefined;
  let isDot = false;
  return {
    drawTo(x, y) {
      if (start === undefined) {
        start = { x, y };
        isDot = true;
        sink.moveTo(x, y);
      } else {
        isDot &&= x === start.x && y === start.y;
        sink.lineTo(x, y);
      }
    },
    lift() {
      if (start !== undefined && isDot) {
        const { x, y } = start;
        sink.lineTo(x - dotRadius, y);
        sink.lineTo(x, y - dotRadius);
        sink.lineTo(x + dotRadius, y);
        sink.lineTo(x, y + dotRadius);
        sink.lineTo(x - dotRadius, y);
      }
      start = undefined;
    },
  };
}

/**
 * Draws the outline of the lowest and highest points of all pixel columns, to be filled. With at most two points per column,
 * it draws nothing, as the line shows all points. Returns whether it drew something.
 */
export function traceEnvelope(
  sink: LineSink,
  curve: TracedCurve,
  x: Scale,
  y: Scale,
  left: number,
  width: number,
): boolean {
  const { from, to } = visibleRange(curve, x.min, x.max);
  if (to - from <= 2 * width) return false;
  const xs: number[] = [];
  const tops: number[] = [];
  const bottoms: number[] = [];
  eachColumn(curve, x, left, width, from, to, (column, start, end) => {
    const span = spanOf(curve, y, start, end);
    if (span === undefined) return;
    xs.push(left + column + 0.5);
    tops.push(span.top);
    bottoms.push(span.bottom);
  });
  if (xs.length === 0) return false;
  sink.moveTo(xs[0]!, tops[0]!);
  for (let i = 1; i < xs.length; i++) sink.lineTo(xs[i]!, tops[i]!);
  for (let i = xs.length - 1; i >= 0; i--) sink.lineTo(xs[i]!, bottoms[i]!);
  return true;
}

/** Visits each column with points; their indices are `[start, end)`. */
function eachColumn(
  curve: TracedCurve,
  x: Scale,
  left: number,
  width: number,
  from: number,
  to: number,
  visit: (column: number, start: number, end: number) => void,
): void {
  let start = from;
  for (let column = 0; column < width && start < to; column++) {
    const limit = (x.value(left + column + 1) - curve.offset) / curve.factor;
    const end = column === width - 1 ? to : lowerBound(curve.sorted, to, limit, start);
    if (end > start) visit(column, start, end);
    start = end;
  }
}

/** The text of an SVG path, rounded to hundredths of a pixel. */
export class SvgPath implements LineSink {
  text = '';

  moveTo(x: number, y: number): void {
    this.text += `M${hundredths(x)} ${hundredths(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.text += `L${hundredths(x)} ${hundredths(y)}`;
  }
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
