import { maximumComparedRuns } from '../../server/protocol/comparison.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import { runColor } from '../run-colors.ts';

/** A run as all parts of a comparison show it. */
export interface ShownRun {
  readonly run: string;
  readonly name: string;
  /** As CSS. */
  readonly color: string;
  /** Of its lines: solid, unless another run of the comparison has the same color. */
  readonly dash: readonly number[];
  /** Not there yet: null. */
  readonly detail: RunDetail | null;
}

const dashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** The runs in their order. Of those that have the same color, every further one has another dash. */
export function shownRuns(runs: readonly string[], details: ReadonlyMap<string, RunDetail>): ShownRun[] {
  const seen = new Map<number, number>();
  return runs.map((run) => {
    const detail = details.get(run) ?? null;
    const color = detail?.summary.color ?? 0;
    const before = detail ? (seen.get(color) ?? 0) : 0;
    if (detail) seen.set(color, before + 1);
    return {
      run,
      name: detail?.summary.name ?? nameOf(run),
      color: runColor(color),
      dash: dashes[before % dashes.length]!,
      detail,
    };
  });
}

/** The runs with more behind them, as many as there is room for, and those that there is no room for. */
export function withRuns(
  runs: readonly string[],
  added: readonly string[],
): { readonly runs: readonly string[]; readonly left: readonly string[] } {
  const all = [...new Set([...runs, ...added])];
  return { runs: all.slice(0, maximumComparedRuns), left: all.slice(maximumComparedRuns) };
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}
