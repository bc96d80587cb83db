import type { JsonNumber } from '../guards/guards.ts';

/** A value in the table. Times are milliseconds since 1970, durations seconds, fractions 0 to 1. Null: none. */
export type Cell = JsonNumber | string | boolean | readonly string[] | null;

/** What the cells of a column are; it decides how they are compared and shown. */
export type ColumnKind = 'text' | 'number' | 'fraction' | 'boolean' | 'time' | 'duration' | 'list';

export interface Column {
  /** Its name in filters and sort orders: a fact such as `state`, a metric such as `best.psnr`, or a key of the run file. */
  readonly key: string;
  readonly kind: ColumnKind;
  readonly source: 'run' | 'metric' | 'config';
  /** Whether all runs have the same value: nobody looks for it, but a filter may name it. */
  readonly isEqual?: boolean;
}

export interface Row {
  /** The run directory. */
  readonly run: string;
  /** One for each column. */
  readonly cells: readonly Cell[];
}

/** All runs with what is known about them. */
export interface RunTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

/** The cell as a number; undefined if it is none. */
export function numberOf(cell: Cell | undefined): number | undefined {
  if (cell === 'Infinity') return Number.POSITIVE_INFINITY;
  return typeof cell === 'number' ? cell : undefined;
}

/** Whether the cells of a column are ordered as numbers. */
export function isNumeric({ kind }: Pick<Column, 'kind'>): boolean {
  return kind === 'number' || kind === 'fraction' || kind === 'time' || kind === 'duration';
}

/** Whether a cell shows nothing. */
export function isEmpty(cell: Cell | undefined): boolean {
  return cell === undefined || cell === null || cell === '' || (Array.isArray(cell) && cell.length === 0);
}

/** The cell as plain text, as in CSV: times in ISO 8601, lists with commas, nothing for none. */
export function plainCell({ kind }: Pick<Column, 'kind'>, cell: Cell | undefined): string {
  if (cell === undefined || cell === null) return '';
  if (kind === 'time' && typeof cell === 'number') return new Date(cell).toISOString();
  return typeof cell === 'object' ? cell.join(',') : String(cell);
}
