import type { CurveView } from './curve-view.ts';
import type { XRange } from './x-axis.ts';

/** Where the cursor of a chart stands: at a point of the curve that has one nearest to it. */
export interface ChartCursor {
  readonly x: number;
  /** The step of that point. */
  readonly step: number;
}

/** From the first to the last point of all curves; something to see where that is nothing. */
export function extentOf(curves: readonly CurveView[]): XRange {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const curve of curves) {
    if (curve.length === 0) continue;
    min = Math.min(min, curve.xAt(0));
    max = Math.max(max, curve.xAt(curve.length - 1));
  }
  if (min > max) return { min: 0, max: 1 };
  return min === max ? { min: min - 0.5, max: max + 0.5 } : { min, max };
}

/** The point nearest to a place on the x axis, of all curves; `null` where there is none. */
export function nearestPoint(curves: readonly CurveView[], x: number): ChartCursor | null {
  let best: ChartCursor | null = null;
  for (const curve of curves) {
    const point = curve.nearest(x);
    if (point && (!best || Math.abs(point.x - x) < Math.abs(best.x - x))) best = point;
  }
  return best;
}

/** The next place after (before) one on the x axis where any curve has a point; that place itself where none has. */
export function nextPlace(curves: readonly CurveView[], x: number, isForward: boolean): number {
  let best = x;
  for (const curve of curves) {
    const next = curve.neighbour(x, isForward);
    if (next !== null && (best === x || Math.abs(next - x) < Math.abs(best - x))) best = next;
  }
  return best;
}
