import type { Stage } from '../run-state/run-state.ts';
/** A place in a text: line and column from 1, offset from 0, all in UTF-16 units as editors count. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A stretch of a text; `end` is just behind it. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** The two stages that a run file describes. */

/** Keys and indices that lead from the root of a run file to a value. */
export type Path = readonly (string | number)[];

/** What is wrong with a run file, and where. */
export interface Problem extends Range {
  /** Stable name of the rule, such as `unknown-key`. */
  readonly code: string;
  /** An error stops a run, or the one stage that it names; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** What was found, what is allowed and how to mend it. */
  readonly message: string;
  /** The key that is wrong, also where only its default is. */
  readonly path: Path;
  /** The other places that take part in the clash. */
  readonly related?: readonly ({ readonly message: string } & Range)[];
  /** The only stage that it concerns; absent when it concerns the whole run. */
  readonly stage?: Stage;
}

/** The problems that concern a run of one stage: its own and those of the whole file. */
export function problemsForStage(problems: readonly Problem[], stage: Stage): Problem[] {
  return problems.filter((problem) => problem.stage === undefined || problem.stage === stage);
}
