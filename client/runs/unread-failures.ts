import type { RunSummary } from '../../server/protocol/runs.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';

/** What a window has seen of runs that it has to tell of when they fail. */
export interface Watched {
  /** Runs that were training when it last looked. */
  readonly live: ReadonlySet<string>;
  /** Runs that failed or crashed since, which the person has not looked at; the latest last. */
  readonly failed: readonly string[];
}

export const nothingWatched: Watched = { live: new Set(), failed: [] };

/**
 * What the window has seen after the runs have changed.
 *
 * @param isSeen whether the person has the run before them
 */
export function watchRuns(
  { live, failed }: Watched,
  runs: readonly RunSummary[],
  isSeen: (run: string) => boolean,
): Watched {
  const bad = runs.filter(({ state }) => state === 'failed' || state === 'lost').map(({ run }) => run);
  const known = failed.filter((run) => bad.includes(run));
  const added = bad.filter((run) => live.has(run) && !known.includes(run));
  return {
    live: new Set(runs.filter(isLive).map(({ run }) => run)),
    failed: [...known, ...added].filter((run) => !isSeen(run)),
  };
}
