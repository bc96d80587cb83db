import { csvCell } from '../format/csv.ts';
import { plainCell, type RunTable } from './table.ts';

/** The table as CSV (RFC 4180) with a head of keys; times in ISO 8601. Ends with a line break. */
export function toCsv({ columns, rows }: RunTable): string {
  const lines = [
    columns.map(({ key }) => key),
    ...rows.map(({ cells }) => columns.map((column, index) => plainCell(column, cells[index]))),
  ];
  return lines.map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}
