import type { EqualKey } from '../../trainer/run-table/build-table.ts';
import type { Column, Row } from '../../trainer/run-table/table.ts';

/** A row of the table of runs. */
export interface TableRow extends Row {
  /** Place in the palette of run colors, as in a `RunSummary`. */
  readonly color: number;
  /** Whether its run file can be read; else no `equal` key holds for it. */
  readonly hasRunFile: boolean;
}

/** The table of all runs of the workspace, or what has changed in it. */
export interface RunTableAnswer {
  /** Of this table; the next request names it. */
  readonly revision: string;
  /** Facts, metrics and the keys in which the run files differ. */
  readonly columns: readonly Column[];
  /** Other keys of the run files, of which no row has a cell. */
  readonly equal: readonly EqualKey[];
  /** All rows if `isWhole`; else those that are new or have changed since the revision of the request. */
  readonly rows: readonly TableRow[];
  readonly isWhole: boolean;
  /** Run directories that were removed since that revision. */
  readonly removed: readonly string[];
}
