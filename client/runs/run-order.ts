import type { Notifications } from '../../server/protocol/messages.ts';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';

/** Sorts live runs first, then the queue in its order, then the rest; the pinned and then the newest first within each. */
export function sortRuns(runs: readonly RunSummary[]): readonly RunSummary[] {
  return [...runs].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      (a.queuePosition ?? 0) - (b.queuePosition ?? 0) ||
      Number(b.notes.pinned) - Number(a.notes.pinned) ||
      (b.created ?? 0) - (a.created ?? 0) ||
      a.name.localeCompare(b.name, 'en'),
  );
}

function rank(run: RunSummary): number {
  if (isLive(run)) return 0;
  return run.state === 'queued' ? 1 : 2;
}

/** Applies a change that the server has reported. */
export function changeRuns(
  runs: readonly RunSummary[],
  { changed, removed }: Notifications['esrgan/runsChanged'],
): readonly RunSummary[] {
  const gone = new Set([...removed, ...changed.map(({ run }) => run)]);
  return sortRuns([...runs.filter(({ run }) => !gone.has(run)), ...changed]);
}
