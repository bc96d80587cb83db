import type { RunSummary } from '../../server/protocol/runs.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';

/** The runs that a window tracks to report how they end. */
interface TrackedRuns {
  /** Runs that were live at the last update. */
  readonly live: ReadonlySet<string>;
  /** Runs that have failed or crashed since and that were not opened yet; the latest last. */
  readonly failed: readonly string[];
  /** The run that has finished last, until it is opened. */
  readonly finished: string | undefined;
}

export const noTrackedRuns: TrackedRuns = { live: new Set(), failed: [], finished: undefined };

/** Updates the tracked runs after a change of the runs. */
export function trackRuns(
  { live, failed, finished }: TrackedRuns,
  runs: readonly RunSummary[],
  isOpen: (run: string) => boolean,
): TrackedRuns {
  const failures = runs.filter(({ state }) => state === 'failed' || state === 'lost').map(({ run }) => run);
  const known = failed.filter((run) => failures.includes(run));
  const added = failures.filter((run) => live.has(run) && !known.includes(run));
  const done = runs.filter(({ state }) => state === 'finished').map(({ run }) => run);
  const last = done.find((run) => live.has(run)) ?? done.find((run) => run === finished);
  return {
    live: new Set(runs.filter(isLive).map(({ run }) => run)),
    failed: [...known, ...added].filter((run) => !isOpen(run)),
    finished: last !== undefined && !isOpen(last) ? last : undefined,
  };
}
