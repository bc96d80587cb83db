import { type Cell, type Column, isEmpty, isNumeric, numberOf, plainCell, type Row } from './table.ts';
import { unknownColumn } from './unknown-column.ts';

export interface SortKey {
  readonly key: string;
  readonly descending: boolean;
}

/**
 * A sort order from text: keys with commas between them, the most important first; `-` after a key is descending.
 *
 * @returns the keys, or a problem as a sentence that says what is allowed
 */
export function parseSort(
  text: string,
  columns: readonly Column[],
): { readonly keys: readonly SortKey[] } | { readonly problem: string } {
  const keys: SortKey[] = [];
  for (const part of text.split(',').map((each) => each.trim())) {
    const key = part.replace(/[+-]$/, '');
    if (!columns.some((column) => column.key === key)) return { problem: unknownColumn(key, columns) };
    keys.push({ key, descending: part.endsWith('-') });
  }
  return { keys };
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The rows in an order; equal ones stay in theirs, and those without a value come last. */
export function sortRows<Sorted extends Row>(
  rows: readonly Sorted[],
  columns: readonly Column[],
  order: readonly SortKey[],
): readonly Sorted[] {
  const keys = order.flatMap(({ key, descending }) => {
    const index = columns.findIndex((column) => column.key === key);
    const column = columns[index];
    return column === undefined ? [] : [{ index, column, sign: descending ? -1 : 1 }];
  });
  if (keys.length === 0) return rows;
  return [...rows].sort((a, b) => {
    for (const { index, column, sign } of keys) {
      const order = compareCells(column, a.cells[index], b.cells[index], sign);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function compareCells(column: Column, a: Cell | undefined, b: Cell | undefined, sign: number): number {
  if (isEmpty(a) || isEmpty(b)) return Number(isEmpty(a)) - Number(isEmpty(b));
  if (isNumeric(column)) {
    const [left = Number.NaN, right = Number.NaN] = [numberOf(a), numberOf(b)];
    return left === right ? 0 : sign * (left < right ? -1 : 1);
  }
  return sign * collator.compare(plainCell(column, a), plainCell(column, b));
}

/** Rows that have the same value in a column. */
export interface RowGroup<Grouped extends Row> {
  /** As plain text; empty for none. */
  readonly value: string;
  readonly rows: readonly Grouped[];
}

/** The rows by their value in a column, in the order of the first of each. */
export function groupRows<Grouped extends Row>(
  rows: readonly Grouped[],
  columns: readonly Column[],
  key: string,
): readonly RowGroup<Grouped>[] {
  const index = columns.findIndex((column) => column.key === key);
  const column = columns[index];
  if (column === undefined) return [{ value: '', rows }];
  const groups = new Map<string, Grouped[]>();
  for (const row of rows) {
    const value = plainCell(column, row.cells[index]);
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [row]);
    else group.push(row);
  }
  return [...groups].map(([value, ofGroup]) => ({ value, rows: ofGroup }));
}
