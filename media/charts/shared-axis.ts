import type { CurveView } from './curve-view.ts';
import type { XRange } from './x-axis.ts';

/** The cursor of a chart, always at a point of a curve. */
export interface ChartCursor {
  readonly x: number;
  /** Step of the point. */
  readonly step: number;
}

/** From the first to the last point of all curves; never empty. */
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

/** The point of all curves that is nearest to a position on the x axis; `null` without points. */
export function nearestPoint(curves: readonly CurveView[], x: number): ChartCursor | null {
  let best: ChartCursor | null = null;
  for (const curve of curves) {
    const point = curve.nearest(x);
    if (point && (!best || Math.abs(point.x - x) < Math.abs(best.x - x))) best = point;
  }
  return best;
}

/** The next position after (before) `x` where a curve has a point, else `x`. */
export function nextPosition(curves: readonly CurveView[], x: number, isForward: boolean): number {
  let best = x;
  for (const curve of curves) {
    const next = curve.neighbour(x, isForward);
    if (next !== null && (best === x || Math.abs(next - x) < Math.abs(best - x))) best = next;
  }
  return best;
}
