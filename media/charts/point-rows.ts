import type { PointSeries } from '../plot/point-series.ts';

/** A row of a chart's table. */
export interface PointRow {
  readonly step: number;
  readonly values: readonly (number | null)[];
}

/**
 * The points of curves by step, the latest first: all steps or, if there are more than `most`, evenly spaced ones including
 * the first and the last.
 */
export function pointRows(curves: readonly PointSeries[], most: number): { rows: PointRow[]; total: number } {
  const steps = new Set<number>();
  for (const { steps: own, length } of curves) for (let i = 0; i < length; i++) steps.add(own[i]!);
  const sorted = [...steps].sort((a, b) => b - a);
  const count = Math.min(most, sorted.length);
  const spread = (i: number) => (count < 2 ? 0 : Math.round((i * (sorted.length - 1)) / (count - 1)));
  const chosen = Array.from({ length: count }, (_, i) => sorted[spread(i)]!);
  const places = curves.map(({ steps: own, length }) => {
    const place = new Map<number, number>();
    for (let i = 0; i < length; i++) place.set(own[i]!, i);
    return place;
  });
  return {
    rows: chosen.map((step) => ({
      step,
      values: curves.map(({ values }, curve) => {
        const at = places[curve]!.get(step);
        return at === undefined ? null : values[at]!;
      }),
    })),
    total: sorted.length,
  };
}
