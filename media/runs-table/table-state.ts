import {
  isBoolean,
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isRecord,
  isString,
  isTuple,
} from '../../trainer/guards/guards.ts';
import type { SortKey } from '../../trainer/run-table/sort-rows.ts';
import { restoreState } from '../page-state.ts';

export const tabs = ['table', 'parallel', 'scatter'] as const;
export type Tab = (typeof tabs)[number];

/** What the person chose in the table of runs; saved in the workspace. */
export interface TableState {
  readonly tab: Tab;
  /** The filter expression. */
  readonly filter: string;
  readonly sort: readonly SortKey[];
  /** The key of the column by which rows are grouped. */
  readonly group: string | null;
  /** Keys of columns that were moved, in their order; others follow in the order of the table. */
  readonly order: readonly string[];
  /** Columns that were shown or hidden; others are shown by `isShownFirst`. */
  readonly shown: Readonly<Record<string, boolean>>;
  /** Columns that stay at the left, after the name. */
  readonly pinned: readonly string[];
  readonly showsArchived: boolean;
  readonly scatter: ScatterState;
  readonly parallel: ParallelState;
}

/** The axes of the scatter plot; null: by default. */
export interface ScatterState {
  readonly x: string | null;
  readonly y: string | null;
  readonly color: string | null;
}

/** The axes of the parallel coordinates, null by default; and the ranges that were brushed, as fractions of an axis. */
export interface ParallelState {
  readonly axes: readonly string[] | null;
  readonly brushes: Readonly<Record<string, readonly [number, number]>>;
}

export const initialState: TableState = {
  tab: 'table',
  filter: '',
  sort: [],
  group: null,
  order: [],
  shown: {},
  pinned: [],
  showsArchived: false,
  scatter: { x: null, y: null, color: null },
  parallel: { axes: null, brushes: {} },
};

/** A state that was saved, by this version or an older one. */
export function restoreTableState(saved: unknown): TableState {
  return restoreState(saved, initialState, {
    tab: isOneOf(tabs),
    filter: isString,
    sort: isList(isObject<SortKey>({ key: isString, descending: isBoolean })),
    group: isNullable(isString),
    order: isList(isString),
    shown: isRecord(isBoolean),
    pinned: isList(isString),
    showsArchived: isBoolean,
    scatter: isObject<ScatterState>({
      x: isNullable(isString),
      y: isNullable(isString),
      color: isNullable(isString),
    }),
    parallel: isObject<ParallelState>({
      axes: isNullable(isList(isString)),
      brushes: isRecord(isTuple(isNumber, isNumber)),
    }),
  });
}
