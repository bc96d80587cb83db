import type { ComparisonCell } from '../../../server/protocol/comparison.ts';
import { isBoolean, isList, isNullable, isObject, isString } from '../../../trainer/guards/guards.ts';
import { restoreState } from '../../page-state.ts';
import { isMeasured, type TableColumn, type TableData, type TableRow } from './table-model.ts';

export interface TableSort {
  readonly column: string;
  readonly metric: string;
  readonly isBestFirst: boolean;
}

/** Order, filter and hidden parts of the table. Ids of rows and columns that do not exist are ignored. */
export interface TableView {
  readonly sort: TableSort | null;
  /** Only rows whose names contain all these words are shown. */
  readonly filter: string;
  readonly hiddenRows: readonly string[];
  readonly hiddenColumns: readonly string[];
  /** Ids in the order of the user; rows that it lacks follow in their own order. */
  readonly rowOrder: readonly string[];
  readonly columnOrder: readonly string[];
}

const initial: TableView = {
  sort: null,
  filter: '',
  hiddenRows: [],
  hiddenColumns: [],
  rowOrder: [],
  columnOrder: [],
};

export function restoreTableView(saved: unknown): TableView {
  return restoreState(saved, initial, {
    sort: isNullable(isObject<TableSort>({ column: isString, metric: isString, isBestFirst: isBoolean })),
    filter: isString,
    hiddenRows: isList(isString),
    hiddenColumns: isList(isString),
    rowOrder: isList(isString),
    columnOrder: isList(isString),
  });
}

/** Items in the order of their ids in `order`, followed by the others in their own order. */
export function inOrder<Item extends { readonly id: string }>(
  items: readonly Item[],
  order: readonly string[],
): Item[] {
  const place = new Map(order.map((id, i) => [id, i]));
  return items.toSorted((a, b) => (place.get(a.id) ?? order.length) - (place.get(b.id) ?? order.length));
}

/** The ids with one moved by a number of places, at most to the start or end. */
export function moved(ids: readonly string[], id: string, by: number): string[] {
  const from = ids.indexOf(id);
  if (from < 0) return [...ids];
  const to = Math.min(ids.length - 1, Math.max(0, from + by));
  return ids.toSpliced(from, 1).toSpliced(to, 0, id);
}

/**
 * The order of the columns of a page: as before, then new ones, those with numbers first. An evaluation that ends moves no
 * column.
 */
export function openingOrder({ columns, rows }: TableData, before: readonly string[]): readonly string[] {
  const hasNumber = (at: number) => rows.some(({ cells }) => isMeasured(cells[at]));
  const added = columns
    .map(({ id }, at) => ({ id, rank: hasNumber(at) ? 0 : 1 }))
    .filter(({ id }) => !before.includes(id))
    .sort((a, b) => a.rank - b.rank);
  return [...before, ...added.map(({ id }) => id)];
}

/** The columns that are shown, in their order, each with its index in `TableData.columns`. */
export function shownColumns(data: TableData, view: TableView): { column: TableColumn; at: number }[] {
  return inOrder(
    data.columns.map((column, at) => ({ id: column.id, column, at })),
    view.columnOrder,
  )
    .filter(({ id }) => !view.hiddenColumns.includes(id))
    .map(({ column, at }) => ({ column, at }));
}

/** The rows that are shown: filtered, in the order of the user or sorted by a metric. */
export function shownRows(data: TableData, view: TableView): TableRow[] {
  const words = view.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = inOrder(data.rows, view.rowOrder).filter((row) => {
    const text = `${row.runName} ${row.label} ${row.detail}`.toLowerCase();
    return !view.hiddenRows.includes(row.id) && words.every((word) => text.includes(word));
  });
  const { sort } = view;
  const at = data.columns.findIndex(({ id }) => id === sort?.column);
  const metric = data.columns[at]?.metrics.find(({ name }) => name === sort?.metric);
  if (!sort || !metric) return rows;
  // If the better direction is unknown, "best" is the highest.
  const sign = (metric.better === 'lower') === sort.isBestFirst ? 1 : -1;
  return rows.toSorted((a, b) => compareCells(a.cells[at], b.cells[at], metric.name, sign));
}

/**
 * Sorts within groups, as numbers of different groups do not compare. Stale numbers follow, then cells without a number.
 */
function compareCells(
  a: ComparisonCell | undefined,
  b: ComparisonCell | undefined,
  metric: string,
  sign: 1 | -1,
): number {
  const [x, y] = [sortKey(a, metric), sortKey(b, metric)];
  return x.rank - y.rank || x.group - y.group || (x.value === y.value ? 0 : x.value < y.value ? -sign : sign);
}

function sortKey(
  cell: ComparisonCell | undefined,
  metric: string,
): { rank: number; group: number; value: number } {
  if (cell?.state !== 'computed' && cell?.state !== 'stale') return { rank: 2, group: 0, value: 0 };
  const value = cell.result.values[metric];
  if (value === undefined) return { rank: 2, group: 0, value: 0 };
  return {
    rank: cell.state === 'computed' ? 0 : 1,
    group: cell.result.group,
    value: value ?? Number.POSITIVE_INFINITY,
  };
}

/** The sorting after a click on the head of a metric: best first, then worst first, then none. */
export function nextSort(sort: TableSort | null, column: string, metric: string): TableSort | null {
  if (sort?.column !== column || sort.metric !== metric) return { column, metric, isBestFirst: true };
  return sort.isBestFirst ? { column, metric, isBestFirst: false } : null;
}
