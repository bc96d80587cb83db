import type { RunSummary } from '../../server/protocol/runs.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';

/** What a person may want to know of a run. */
export interface RunNews {
  readonly run: RunSummary;
  readonly kind: 'finished' | 'failed' | 'hint';
  /** The hint; null: how it ended. */
  readonly hint: string | null;
}

/** The runs that were live, and the hints that were known, at the last update. */
export interface KnownRuns {
  readonly live: ReadonlySet<string>;
  readonly hints: ReadonlySet<string>;
}

/** The news since the last update; none at the first one. A run that a person stopped is no news. */
export function newsOf(
  known: KnownRuns | undefined,
  runs: readonly RunSummary[],
): { readonly known: KnownRuns; readonly news: readonly RunNews[] } {
  const live = new Set(runs.filter(isLive).map(({ run }) => run));
  const hintKey = (run: RunSummary, hint: string) => `${run.run}\n${hint}`;
  const hints = new Set(runs.flatMap((run) => run.hints.map((hint) => hintKey(run, hint))));
  if (known === undefined) return { known: { live, hints }, news: [] };
  const news = runs.flatMap((run): RunNews[] => {
    if (live.has(run.run)) {
      return run.hints
        .filter((hint) => !known.hints.has(hintKey(run, hint)))
        .map((hint) => ({ run, kind: 'hint', hint }));
    }
    if (!known.live.has(run.run)) return [];
    if (run.state === 'finished') return [{ run, kind: 'finished', hint: null }];
    const isBad = run.state === 'failed' || run.state === 'lost';
    return isBad ? [{ run, kind: 'failed', hint: null }] : [];
  });
  return { known: { live, hints }, news };
}

/** Minutes of the last session, until it stopped or until now; 0 where that is not known. */
export function sessionMinutes(
  sessions: readonly {
    readonly started: number | null;
    readonly stopped: { readonly time: number | null } | null;
  }[],
  now: number,
): number {
  const last = sessions.at(-1);
  if (last === undefined || last.started === null) return 0;
  return ((last.stopped?.time ?? now) - last.started) / 60_000;
}
