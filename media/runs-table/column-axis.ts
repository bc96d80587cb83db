import { quoted } from '../../trainer/run-table/filter.ts';
import { formatCell } from '../../trainer/run-table/format-cell.ts';
import { type Column, isEmpty, isNumeric, numberOf, type Row } from '../../trainer/run-table/table.ts';
import { axisLimits, createScale } from '../plot/scale.ts';
import { ticks } from '../plot/ticks.ts';

/** An axis for the cells of a column: numbers on a scale, other values next to each other. */
export interface ColumnAxis {
  readonly column: Column;
  readonly isLog: boolean;
  /** The pixel of the cell of a row; undefined for a row without a finite value. */
  position(row: Row): number | undefined;
  readonly ticks: readonly { readonly position: number; readonly label: string }[];
  /** The expression of the rows between two pixels; undefined if there are none. */
  filterBetween(a: number, b: number): string | undefined;
}

/** More different values cannot be read next to each other. */
export const mostCategories = 40;

/** Spread of positive settings, such as learning rates, that a logarithmic axis shows better. */
const logSpread = 50;

/**
 * The axis of a column from one pixel to another, for some rows.
 *
 * @returns undefined if no row has a value, or there are too many different ones that are no numbers
 */
export function columnAxis(
  columns: readonly Column[],
  key: string,
  rows: readonly Row[],
  start: number,
  end: number,
  mostTicks: number,
): ColumnAxis | undefined {
  const index = columns.findIndex((column) => column.key === key);
  const column = columns[index];
  if (column === undefined) return undefined;
  return isNumeric(column)
    ? numberAxis(column, index, rows, start, end, mostTicks)
    : categoryAxis(column, index, rows, start, end);
}

function numberAxis(
  column: Column,
  index: number,
  rows: readonly Row[],
  start: number,
  end: number,
  mostTicks: number,
): ColumnAxis | undefined {
  // The ticks of clocks are in seconds.
  const unit = column.kind === 'time' ? 1000 : 1;
  const measureOf = ({ cells }: Row) => {
    const value = numberOf(cells[index]);
    return value === undefined || !Number.isFinite(value) ? undefined : value / unit;
  };
  let [low, high, lowestPositive] = [Infinity, -Infinity, Infinity];
  for (const row of rows) {
    const value = measureOf(row);
    if (value === undefined) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (value > 0) lowestPositive = Math.min(lowestPositive, value);
  }
  if (low > high) return undefined;
  const isLog = column.kind === 'number' && low > 0 && high / lowestPositive >= logSpread;
  const { min, max } = axisLimits(low, high, isLog);
  const scale = createScale(min, max, start, end, isLog);
  const kind = { time: 'clock', duration: 'duration' } as const;
  const axisKind = column.kind === 'time' || column.kind === 'duration' ? kind[column.kind] : 'number';
  const offset = -new Date().getTimezoneOffset() * 60;
  const { values, labels } = ticks(axisKind, min, max, isLog, mostTicks, offset);
  return {
    column,
    isLog,
    position(row) {
      const value = measureOf(row);
      return value === undefined ? undefined : scale.position(value);
    },
    ticks: values.map((value, i) => ({ position: scale.position(value), label: labels[i] ?? '' })),
    filterBetween(a, b) {
      const [from, to] = [scale.value(a), scale.value(b)].sort((x, y) => x - y);
      if (from === undefined || to === undefined) return undefined;
      const text = (value: number) =>
        column.kind === 'time'
          ? new Date(value * unit).toISOString().replace(/\.\d+Z$/, 'Z')
          : `${Number(value.toPrecision(5))}${column.kind === 'duration' ? 's' : ''}`;
      const name = quoted(column.key);
      return `${name} >= ${text(from)} and ${name} <= ${text(to)}`;
    },
  };
}

function categoryAxis(
  column: Column,
  index: number,
  rows: readonly Row[],
  start: number,
  end: number,
): ColumnAxis | undefined {
  const categories = new Map<string, string>();
  for (const { cells } of rows) {
    const cell = cells[index];
    if (isEmpty(cell)) continue;
    const text = formatCell(column, cell);
    // Empty text is that of `false`.
    categories.set(text || 'no', Array.isArray(cell) ? (cell[0] ?? '') : String(cell));
    if (categories.size > mostCategories) return undefined;
  }
  if (categories.size === 0) return undefined;
  const labels = [...categories.keys()].sort();
  const step = (end - start) / labels.length;
  const place = new Map(labels.map((label, i) => [label, start + (i + 0.5) * step]));
  return {
    column,
    isLog: false,
    position: ({ cells }) =>
      isEmpty(cells[index]) ? undefined : place.get(formatCell(column, cells[index]) || 'no'),
    ticks: labels.map((label) => ({ position: place.get(label) ?? start, label })),
    filterBetween(a, b) {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const chosen = labels.filter((label) => {
        const at = place.get(label) ?? Number.NaN;
        return at >= from && at <= to;
      });
      const operator = column.kind === 'list' ? 'has' : '=';
      const parts = chosen.map(
        (label) => `${quoted(column.key)} ${operator} ${quoted(categories.get(label) ?? label)}`,
      );
      if (parts.length === 0) return undefined;
      return parts.length === 1 ? parts[0] : `(${parts.join(' or ')})`;
    },
  };
}
