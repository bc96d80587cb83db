import type { Comparison, ComparisonCell, ComparisonMetric } from '../../../server/protocol/comparison.ts';

/** A metric of a column of the table, as an axis of the plot. */
export interface TradeoffAxis {
  readonly id: string;
  /** Index in `Comparison.columns`. */
  readonly column: number;
  readonly data: string;
  readonly protocol: string;
  readonly metric: ComparisonMetric;
}

/** A model of a run that has a number on both axes. */
export interface TradeoffPoint {
  /** That of its row. */
  readonly id: string;
  readonly runName: string;
  /** Index in the palette; null for bicubic upscaling. */
  readonly color: number | null;
  /** Place of its run among the compared runs; -1 for bicubic upscaling. */
  readonly run: number;
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** The metrics of which models have numbers, in the order of the table. */
export function tradeoffAxes({ columns, rows }: Comparison): TradeoffAxis[] {
  return columns.flatMap(({ id, data, protocol, metrics }, column) =>
    metrics.flatMap((metric) =>
      rows.some(({ cells }) => valueIn(cells[column], metric.name) !== undefined)
        ? [{ id: `${id}|${metric.name}`, column, data, protocol, metric }]
        : [],
    ),
  );
}

/**
 * The axes that a page shows: those that were chosen, as far as they are there. Else distortion over perception on the same
 * images: the first metric for which higher is better, and the first for which lower is.
 */
export function chosenAxes(
  axes: readonly TradeoffAxis[],
  chosen: { readonly x: string | null; readonly y: string | null },
): { readonly x: TradeoffAxis; readonly y: TradeoffAxis } | undefined {
  const perceptions = axes.filter(({ metric }) => metric.better === 'lower');
  const distortions = axes.filter(({ metric }) => metric.better === 'higher');
  const pair = perceptions
    .map((y) => ({ x: distortions.find(({ data }) => data === y.data), y }))
    .find(({ x }) => x !== undefined);
  const x = axes.find(({ id }) => id === chosen.x) ?? pair?.x ?? axes[0];
  const y =
    axes.find(({ id }) => id === chosen.y) ??
    pair?.y ??
    axes.find((each) => each !== x && each.data === x?.data) ??
    x;
  return x && y && { x, y };
}

/** The models with finite, current numbers on both axes, by rising x. */
export function tradeoffPoints(
  { rows, runs }: Comparison,
  { x, y }: { readonly x: TradeoffAxis; readonly y: TradeoffAxis },
): TradeoffPoint[] {
  return rows
    .flatMap((row): TradeoffPoint[] => {
      const [atX, atY] = [x, y].map(({ column, metric }) => valueIn(row.cells[column], metric.name));
      if (atX === undefined || atY === undefined) return [];
      const place = row.isReference ? -1 : runs.findIndex(({ run }) => run === row.run);
      return [
        {
          id: row.id,
          runName: row.isReference ? 'bicubic' : (runs[place]?.name ?? row.run),
          color: row.isReference ? null : (runs[place]?.color ?? 0),
          run: place,
          label: row.label,
          x: atX,
          y: atY,
        },
      ];
    })
    .sort((a, b) => a.x - b.x || a.y - b.y);
}

/** Why numbers on the axes must not be compared with each other; a sentence for each column with such numbers. */
export function tradeoffWarnings(
  { columns }: Comparison,
  { x, y }: { readonly x: TradeoffAxis; readonly y: TradeoffAxis },
): string[] {
  return [...new Set([x, y].flatMap(({ column }) => columns[column]?.warning ?? []))];
}

/** A finite number that is not out of date. */
function valueIn(cell: ComparisonCell | undefined, metric: string): number | undefined {
  return cell?.state === 'computed' ? (cell.result.values[metric] ?? undefined) : undefined;
}
