import type { PointSeries } from '../plot/point-series.ts';

/**
 * The points of curves as CSV (RFC 4180, lines ended by CRLF): a line for each step that any of them has, with
 * `step`, `time` (ISO 8601, UTC) and a column for each curve, empty where it has no point there. Of points of the
 * same step the last counts, as in the charts' read-out. A value that is not finite is `NaN`.
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
