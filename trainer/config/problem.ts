import type { Stage } from '../run-state/run-state.ts';

/** A position in a text: line and column from 1, offset from 0, in UTF-16 code units like editors. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A range of a text; `end` is exclusive. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** Keys and indices from the root of a run file to a value. */
export type Path = readonly (string | number)[];

/** A problem of a run file and its place. */
export interface Problem extends Range {
  /** Stable identifier of the rule, such as `unknown-key`. */
  readonly code: string;
  /** An error prevents the run, or only its `stage`; a warning does not. */
  readonly severity: 'error' | 'warning';
  /** What is wrong, what is allowed and how to fix it. */
  readonly message: string;
  /** Path of the wrong value, which may be a default that is not in the text. */
  readonly path: Path;
  /** The other places involved. */
  readonly related?: readonly ({ readonly message: string } & Range)[];
  /** The only stage that it concerns; absent if it concerns the whole run. */
  readonly stage?: Stage;
}

/** The problems of one stage and of the whole run. */
export function problemsForStage(problems: readonly Problem[], stage: Stage): Problem[] {
  return problems.filter((problem) => problem.stage === undefined || problem.stage === stage);
}

/** As many as a person reads. */
const mostProblems = 100;

/** The problems of the first 100 items. The last one says how many more there are. */
export function firstProblems<T>(items: readonly T[], toProblem: (item: T) => Problem): Problem[] {
  const problems = items.slice(0, mostProblems).map(toProblem);
  const last = problems.at(-1);
  const others = items.length - problems.length;
  if (last === undefined || others === 0) return problems;
  const message = `${last.message}; and ${others} more such problems`;
  return [...problems.slice(0, -1), { ...last, message }];
}
