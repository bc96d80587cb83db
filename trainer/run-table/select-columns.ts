import type { RunTable } from './table.ts';
import { unknownColumn } from './unknown-column.ts';

/**
 * A table of some of its columns, in this order.
 *
 * @returns the table, or a problem as a sentence that says what is allowed
 */
export function selectColumns(
  table: RunTable,
  keys: readonly string[],
): { readonly table: RunTable } | { readonly problem: string } {
  const unknown = keys.find((key) => !table.columns.some((column) => column.key === key));
  if (unknown !== undefined) return { problem: unknownColumn(unknown, table.columns) };
  const indices = keys.map((wanted) => table.columns.findIndex(({ key }) => key === wanted));
  return {
    table: {
      columns: indices.flatMap((index) => table.columns[index] ?? []),
      rows: table.rows.map(({ run, cells }) => ({
        run,
        cells: indices.map((index) => cells[index] ?? null),
      })),
    },
  };
}
