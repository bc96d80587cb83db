import type { PointSeries } from '../plot/point-series.ts';

/**
 * The points of curves as CSV (RFC 4180, lines end with CRLF): a line for each step, with `step`, `time` (ISO 8601, UTC) and
 * a column for each curve, which is empty without a point at that step. Of several points of a step the last counts, as
 * in the legend. A value that is not finite is `NaN`.
 */
export function pointsToCsv(
  curves: readonly { readonly name: string; readonly points: PointSeries }[],
): string {
  const rows = new Map<number, { time: number; values: string[] }>();
  for (const [column, { points }] of curves.entries()) {
    for (let i = 0; i < points.length; i++) {
      const step = points.steps[i]!;
      const row = rows.get(step) ?? { time: points.times[i]!, values: curves.map(() => '') };
      row.values[column] = String(points.values[i]!);
      rows.set(step, row);
    }
  }
  const lines = [['step', 'time', ...curves.map(({ name }) => quoted(name))].join(',')];
  for (const [step, { time, values }] of [...rows].sort(([a], [b]) => a - b)) {
    lines.push([step, new Date(time * 1000).toISOString(), ...values].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
