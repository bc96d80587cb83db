import { maximumComparedRuns } from '../../server/protocol/comparison.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import { fileName } from '../file-name.ts';
import { runColor } from '../run-colors.ts';

/** A run as all tabs show it. */
export interface ShownRun {
  readonly run: string;
  readonly name: string;
  /** A CSS color. */
  readonly color: string;
  /** Lengths of dashes and gaps of its curves; empty (a solid line) unless an earlier run has the same color. */
  readonly dash: readonly number[];
  /** Null until it is loaded. */
  readonly detail: RunDetail | null;
}

const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** The runs in their order; runs of the same color have different dashes. */
export function shownRuns(runs: readonly string[], details: ReadonlyMap<string, RunDetail>): ShownRun[] {
  const runsOfColor = new Map<number, number>();
  return runs.map((run) => {
    const detail = details.get(run) ?? null;
    const color = detail?.summary.color ?? 0;
    const before = detail ? (runsOfColor.get(color) ?? 0) : 0;
    if (detail) runsOfColor.set(color, before + 1);
    return {
      run,
      name: detail?.summary.name ?? fileName(run),
      color: runColor(color),
      dash: dashes[before % dashes.length]!,
      detail,
    };
  });
}

/** Appends runs up to the maximum; `omitted` are those beyond it. */
export function addRuns(
  runs: readonly string[],
  added: readonly string[],
): { readonly runs: readonly string[]; readonly omitted: readonly string[] } {
  const all = [...new Set([...runs, ...added])];
  return { runs: all.slice(0, maximumComparedRuns), omitted: all.slice(maximumComparedRuns) };
}
