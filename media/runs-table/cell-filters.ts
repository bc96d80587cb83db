import { quoted } from '../../trainer/run-table/filter.ts';
import { formatCell, unitOf } from '../../trainer/run-table/format-cell.ts';
import { type Cell, type Column, isEmpty, isNumeric, plainCell } from '../../trainer/run-table/table.ts';

/** A filter that the menu of a cell offers. */
export interface CellFilter {
  readonly title: string;
  readonly expression: string;
}

/** The filters that a cell offers: its value, others, and for numbers what is above and below. */
export function filtersOfCell(column: Column, cell: Cell): readonly CellFilter[] {
  const name = quoted(column.key);
  if (isEmpty(cell)) {
    return [
      { title: `${column.key} is empty`, expression: `${name} = none` },
      { title: `${column.key} is not empty`, expression: `${name} != none` },
    ];
  }
  if (Array.isArray(cell)) {
    return cell.map((each) => ({
      title: `${column.key} has ${each}`,
      expression: `${name} has ${quoted(each)}`,
    }));
  }
  if (column.kind === 'boolean') {
    return [
      { title: `${column.key} is ${cell === true ? 'true' : 'false'}`, expression: `${name} = ${cell}` },
      { title: `${column.key} is ${cell === true ? 'false' : 'true'}`, expression: `${name} != ${cell}` },
    ];
  }
  const unit = unitOf(column);
  const text = `${formatCell(column, cell)}${unit === '' ? '' : ` ${unit}`}`;
  const value = valueText(column, cell);
  if (isNumeric(column)) {
    return [
      { title: `${column.key} ≥ ${text}`, expression: `${name} >= ${value}` },
      { title: `${column.key} ≤ ${text}`, expression: `${name} <= ${value}` },
      ...(column.kind === 'number'
        ? [
            { title: `${column.key} = ${text}`, expression: `${name} = ${value}` },
            { title: `${column.key} ≠ ${text}`, expression: `${name} != ${value}` },
          ]
        : []),
    ];
  }
  return [
    { title: `${column.key} = ${text}`, expression: `${name} = ${value}` },
    { title: `${column.key} ≠ ${text}`, expression: `${name} != ${value}` },
  ];
}

/** A value as it is written in an expression. */
function valueText(column: Column, cell: Cell): string {
  if (column.kind === 'time') return plainCell(column, cell).replace(/\.\d+Z$/, 'Z');
  if (column.kind === 'duration') return `${Math.round(Number(cell))}s`;
  return isNumeric(column) ? String(cell) : quoted(String(cell));
}

/** An expression with another one added to it. */
export function withFilter(filter: string, added: string): string {
  const before = filter.trim();
  if (before === '') return added;
  return /\bor\b/i.test(before) ? `(${before}) and ${added}` : `${before} and ${added}`;
}
