import type { TableRow } from '../../server/protocol/run-table.ts';
import { type Filter, type FilterProblem, parseFilter } from '../../trainer/run-table/filter.ts';
import { formatCell, unitOf } from '../../trainer/run-table/format-cell.ts';
import { groupRows, type SortKey, sortRows } from '../../trainer/run-table/sort-rows.ts';
import { type Column, isEmpty, isNumeric, type Row } from '../../trainer/run-table/table.ts';
import type { TableState } from './table-state.ts';

/** A column with its place among the cells of a row. */
export interface ShownColumn {
  readonly column: Column;
  readonly index: number;
  /** Its head with the unit. */
  readonly title: string;
  /** In characters. */
  readonly width: number;
  readonly isRight: boolean;
  readonly isPinned: boolean;
}

/** A line of the table: a row, or the head of a group. */
export type Line =
  | { readonly kind: 'row'; readonly row: TableRow }
  | { readonly kind: 'group'; readonly value: string; readonly count: number };

/** Facts that are hidden until they are shown: long, or the same for most runs. */
const hiddenFirst = [
  'step',
  'steps',
  'rate',
  'updated',
  'pinned',
  'archived',
  'device',
  'version',
  'reason',
  'folder',
];

/** Facts that are shown at first only where they differ. */
const shownIfDiffering = ['host', 'engine', 'commit'];

/** Whether a column is shown that was neither shown nor hidden by the person. */
export function isShownFirst({ key, source, isEqual }: Column): boolean {
  if (isEqual === true) return false;
  return source !== 'run' ? !key.startsWith('bicubic_') : !hiddenFirst.includes(key);
}

/** Facts before the metrics; all others follow them. */
const firstFacts = ['state', 'stage', 'progress', 'step', 'steps', 'loss', 'rate'];

/** Columns of which the person moved none: how far the runs are, their metrics, other facts, keys of the run file. */
function usualPlace({ key, source }: Column): number {
  if (source === 'run') return firstFacts.includes(key) ? 0 : 2;
  return source === 'metric' ? 1 : 3;
}

/** All columns but the name, in the order of the person. */
export function orderedColumns(columns: readonly Column[], order: readonly string[]): readonly Column[] {
  const moved = order.flatMap((key) => columns.find((column) => column.key === key) ?? []);
  const others = columns.filter(({ key }) => key !== 'name' && !order.includes(key));
  return [...moved, ...others.toSorted((a, b) => usualPlace(a) - usualPlace(b))];
}

const rowsToMeasure = 200;
const [narrowest, widest] = [5, 34];

/** The columns to show: the name, those that are pinned, then the others. */
export function shownColumns(
  columns: readonly Column[],
  rows: readonly Row[],
  { order, shown, pinned }: Pick<TableState, 'order' | 'shown' | 'pinned'>,
): readonly ShownColumn[] {
  const sample = rows.slice(0, rowsToMeasure);
  // A column without any value says nothing.
  const isFilled = ({ key }: Column) => {
    const index = columns.findIndex((column) => column.key === key);
    const first = rows[0]?.cells[index];
    return shownIfDiffering.includes(key)
      ? rows.some(({ cells }) => cells[index] !== first)
      : rows.some(({ cells }) => !isEmpty(cells[index]));
  };
  const others = orderedColumns(columns, order).filter(
    (column) => shown[column.key] ?? (isShownFirst(column) && isFilled(column)),
  );
  const name = columns.filter(({ key }) => key === 'name');
  const first = pinned.flatMap((key) => others.find((column) => column.key === key) ?? []);
  const rest = others.filter(({ key }) => !pinned.includes(key));
  return [...name, ...first, ...rest].map((column) => {
    const index = columns.findIndex(({ key }) => key === column.key);
    const unit = unitOf(column);
    const title = unit === '' ? column.key : `${column.key} ${unit}`;
    const longest = Math.max(
      // Its place in the order, and the button of its menu.
      title.length + 5,
      ...sample.map(({ cells }) => formatCell(column, cells[index]).length),
    );
    return {
      column,
      index,
      title,
      // The name has a check box and a color before it.
      width: Math.min(Math.max(longest, narrowest), widest) + (column.key === 'name' ? 6 : 0),
      isRight: isNumeric(column),
      isPinned: column.key === 'name' || pinned.includes(column.key),
    };
  });
}

/** The rows that the filter and the archive let pass, in the order of the person. */
export interface ShownRows {
  readonly rows: readonly TableRow[];
  readonly problem: FilterProblem | undefined;
}

/**
 * The rows to show. A filter with a problem lets the rows of `lastFilter` pass, so that the table is calm while an expression
 * is typed.
 */
export function shownRows(
  { columns, rows }: { readonly columns: readonly Column[]; readonly rows: readonly TableRow[] },
  { filter: text, sort, showsArchived }: Pick<TableState, 'filter' | 'sort' | 'showsArchived'>,
  lastFilter: Filter = () => true,
): ShownRows & { readonly filter: Filter } {
  const { filter = lastFilter, problem } = parseFilter(text, columns);
  const archived = columns.findIndex(({ key }) => key === 'archived');
  // A filter by `archived` is about archived runs.
  const isAll = showsArchived || /\barchived\b/.test(text);
  const passing = rows.filter((row) => (isAll || row.cells[archived] !== true) && filter(row));
  const defaults: readonly SortKey[] = [
    { key: 'pinned', descending: true },
    ...(sort.length > 0 ? sort : [{ key: 'created', descending: true }]),
  ];
  return { rows: sortRows(passing, columns, defaults), problem, filter };
}

/** The lines of the rows, with the head of each group before its rows. */
export function linesOf(
  rows: readonly TableRow[],
  columns: readonly Column[],
  group: string | null,
): readonly Line[] {
  const ofRow = (row: TableRow): Line => ({ kind: 'row', row });
  if (group === null) return rows.map(ofRow);
  return groupRows(rows, columns, group).flatMap(({ value, rows: ofGroup }): Line[] => [
    { kind: 'group', value, count: ofGroup.length },
    ...ofGroup.map(ofRow),
  ]);
}

/** The order after a click on the head of a column: ascending, descending, none; `isAdded` sorts by it after the others. */
export function nextSort(sort: readonly SortKey[], column: Column, isAdded: boolean): readonly SortKey[] {
  const { key } = column;
  const before = sort.find((each) => each.key === key);
  // The highest numbers and the newest times are what people look for.
  const startsDescending = isNumeric(column);
  const next: SortKey | undefined =
    before === undefined
      ? { key, descending: startsDescending }
      : before.descending === startsDescending
        ? { key, descending: !startsDescending }
        : undefined;
  if (!isAdded) return next === undefined ? [] : [next];
  if (before === undefined) return next === undefined ? sort : [...sort, next];
  return sort.flatMap((each) => (each.key === key ? (next ?? []) : each));
}

/** The order of all columns after one was moved by some places. */
export function movedOrder(
  columns: readonly Column[],
  order: readonly string[],
  shown: readonly string[],
  key: string,
  by: 1 | -1,
): readonly string[] {
  const all = orderedColumns(columns, order).map((column) => column.key);
  const neighbor = shown[shown.indexOf(key) + by];
  if (neighbor === undefined) return order;
  const rest = all.filter((each) => each !== key);
  const place = rest.indexOf(neighbor) + (by > 0 ? 1 : 0);
  return [...rest.slice(0, place), key, ...rest.slice(place)];
}
