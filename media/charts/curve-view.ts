import { Extremes } from '../plot/extremes.ts';
import { lowerBound, nearestIndex, type PointSeries } from '../plot/point-series.ts';
import { type TracedCurve, visibleRange } from '../plot/trace.ts';
import { SmoothedCurve } from './smoothing.ts';

/** Converts points to numbers for an x axis, such as epochs. */
export interface DerivedAxis {
  /** Rising numbers for at least all points; those of earlier points never change. */
  of(points: PointSeries): Float64Array;
}

/** The x position of points: `of * factor + offset`, with a positive `factor`. */
export interface XMapping<Base> {
  readonly of: Base;
  readonly factor: number;
  readonly offset: number;
}

/** A marked point of a curve, such as a checkpoint. */
export interface CurveMark {
  readonly step: number;
  readonly shape: 'star' | 'dot';
  readonly label: string;
}

/** A curve as the input of a chart. */
export interface CurveSource {
  /** Identifies it within the chart and in exported files. */
  readonly id: string;
  readonly label: string;
  /** A CSS color, or a CSS variable as `var(--name, fallback)`. */
  readonly color: string;
  /** Lengths of dashes and gaps in pixels; empty: solid. */
  readonly dash: readonly number[];
  readonly points: PointSeries;
  readonly x: XMapping<'steps' | 'times' | DerivedAxis>;
  /** Displayed values are divided by it. */
  readonly divisor: number;
  readonly marks?: readonly CurveMark[];
}

/** A curve with its extremes and smoothed values, updated incrementally when points are appended. */
export class CurveView {
  source: CurveSource;
  length = 0;
  readonly #order: number;
  readonly #extremes = new Extremes();
  #smoothing: { curve: SmoothedCurve; extremes: Extremes; restarts: number } | null = null;

  constructor(source: CurveSource) {
    this.source = source;
    this.#order = source.points.order;
  }

  /** Whether the source has the same points as before, except for appended ones. */
  continues({ points }: CurveSource): boolean {
    return points === this.source.points && points.order === this.#order && points.length >= this.length;
  }

  /** Processes appended points. */
  catchUp(): void {
    const { points } = this.source;
    this.length = points.length;
    this.#extremes.extend(points.values, points.length);
  }

  get raw(): TracedCurve {
    return this.#traced(this.source.points.values, this.#extremes);
  }

  /** The smoothed curve; null if the weight is 0. */
  smoothed(weight: number): TracedCurve | null {
    if (weight === 0) return null;
    if (this.#smoothing?.curve.weight !== weight) {
      this.#smoothing = { curve: new SmoothedCurve(weight), extremes: new Extremes(), restarts: 0 };
    }
    const smoothing = this.#smoothing;
    const values = smoothing.curve.extend(this.source.points.values, this.length);
    if (smoothing.curve.restarts !== smoothing.restarts) {
      smoothing.restarts = smoothing.curve.restarts;
      smoothing.extremes = new Extremes();
    }
    smoothing.extremes.extend(values, this.length);
    return this.#traced(values, smoothing.extremes);
  }

  /** The numbers of the x axis before factor and offset. */
  get #base(): Float64Array {
    const { points, x } = this.source;
    return typeof x.of === 'string' ? points[x.of] : x.of.of(points);
  }

  #traced(y: Float64Array, extremes: Extremes): TracedCurve {
    const { x } = this.source;
    return { sorted: this.#base, factor: x.factor, offset: x.offset, y, extremes, length: this.length };
  }

  xAt(index: number): number {
    const { x } = this.source;
    return this.#base[index]! * x.factor + x.offset;
  }

  /** Lowest and highest value between two x positions; only values above 0 if `isPositive`. */
  extremes(min: number, max: number, isPositive: boolean): { low: number; high: number } {
    const { values } = this.source.points;
    const { from, to } = visibleRange(this.raw, min, max);
    // Lines from points outside are visible too.
    const first = Math.max(0, from - 1);
    const last = Math.min(this.length, to + 1);
    const { low, lowPositive, high } = this.#extremes.of(
      values,
      from < to ? from : first,
      from < to ? to : last,
    );
    return { low: isPositive ? lowPositive : low, high };
  }

  /** The displayed value of the point nearest to an x position, or of the last point for null. */
  valueAt(x: number | null): number | null {
    const index = x === null ? this.length - 1 : this.#nearestIndex(x);
    if (index < 0) return null;
    return this.source.points.values[index]! / this.source.divisor;
  }

  /** The point nearest to an x position. */
  nearest(x: number): { x: number; step: number } | null {
    const index = this.#nearestIndex(x);
    return index < 0 ? null : { x: this.xAt(index), step: this.source.points.steps[index]! };
  }

  /** The marks at their nearest points. Marks before the curve, or more than one point distance after it, are omitted. */
  markedPoints(): { x: number; index: number; mark: CurveMark }[] {
    const {
      points: { steps },
      marks = [],
    } = this.source;
    const last = this.length - 1;
    if (last < 0) return [];
    const end = steps[last]! + (last > 0 ? steps[last]! - steps[last - 1]! : 0);
    return marks
      .filter(({ step }) => step >= steps[0]! && step <= end)
      .map((mark) => {
        const index = nearestIndex(steps, this.length, mark.step);
        return { x: this.xAt(index), index, mark };
      });
  }

  /** The x position of the next point after (before) an x position. */
  neighbour(x: number, isForward: boolean): number | null {
    const { x: axis } = this.source;
    const sorted = this.#base;
    const base = (x - axis.offset) / axis.factor;
    let index = lowerBound(sorted, this.length, base);
    if (isForward) {
      while (index < this.length && sorted[index]! <= base) index++;
      return index < this.length ? this.xAt(index) : null;
    }
    return index > 0 ? this.xAt(index - 1) : null;
  }

  #nearestIndex(x: number): number {
    const { x: axis } = this.source;
    return nearestIndex(this.#base, this.length, (x - axis.offset) / axis.factor);
  }
}

/** Views of curves. A view from before is reused if its points continue. */
export function viewsOf(curves: readonly CurveSource[], before: readonly CurveView[]): CurveView[] {
  const known = new Map(before.map((view) => [view.source.id, view]));
  return curves.map((source) => {
    const old = known.get(source.id);
    const view = old?.continues(source) ? old : new CurveView(source);
    view.source = source;
    view.catchUp();
    return view;
  });
}
