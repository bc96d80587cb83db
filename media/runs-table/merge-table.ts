import type { RunTableAnswer, TableRow } from '../../server/protocol/run-table.ts';
import type { Column } from '../../trainer/run-table/table.ts';

/** The table as the page has it. Its rows have the cells of all columns, also of those that are equal in all. */
export interface PageTable {
  readonly revision: string | null;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
}

export const emptyTable: PageTable = { revision: null, columns: [], rows: [] };

/** The table after an answer of the server. */
export function mergeTable(table: PageTable, answer: RunTableAnswer): PageTable {
  const { revision, equal, isWhole } = answer;
  const columns = [...answer.columns, ...equal.map(({ column }) => column)];
  const equalCells = equal.map(({ cell }) => cell);
  const noCells = equal.map(() => null);
  const rows = answer.rows.map((row) => ({
    ...row,
    cells: [...row.cells, ...(row.hasRunFile ? equalCells : noCells)],
  }));
  if (isWhole) return { revision, columns, rows };
  if (rows.length === 0 && answer.removed.length === 0) return { ...table, revision };
  const changed = new Map(rows.map((row) => [row.run, row]));
  const removed = new Set(answer.removed);
  const known = new Set(table.rows.map(({ run }) => run));
  return {
    revision,
    columns: table.columns,
    rows: [
      ...table.rows.filter(({ run }) => !removed.has(run)).map((row) => changed.get(row.run) ?? row),
      ...rows.filter(({ run }) => !known.has(run)),
    ],
  };
}
