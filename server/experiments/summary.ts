import { basename, dirname } from 'node:path';
import { plainText } from '../../trainer/format/markup.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import { eventFileSeconds, listEventFiles } from '../../trainer/runs/event-files.ts';
import type { RunOnDisk } from '../../trainer/runs/list.ts';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { scoreOfStatus } from '../../trainer/runs/status.ts';
import { parseTime } from '../../trainer/runs/time.ts';
import type { RunSummary } from '../protocol/runs.ts';

/** What only the list as a whole knows of a run. */
export interface Placement {
  readonly created: number | null;
  readonly queuePosition: number | null;
}

/** What the editor's list shows of a run. */
export function summaryOf(run: RunOnDisk, { created, queuePosition }: Placement): RunSummary {
  const { paths, kind, color, notes, stageStatus: known } = run;
  const { state, reason, stage, next: following } = run.state;
  const now = state === 'running' ? known : undefined;
  const isPlanned = known !== undefined && known.steps > 0;
  return {
    run: paths.root,
    name: paths.name,
    runsDir: dirname(paths.root),
    kind,
    state,
    reason: reason && plainText(reason),
    stage,
    next: following,
    epoch: isPlanned ? known.epoch : null,
    epochs: isPlanned ? known.epochs : null,
    step: isPlanned ? known.step : null,
    steps: isPlanned ? known.steps : null,
    rate: now?.rate ?? null,
    etaSeconds: now?.etaSeconds ?? null,
    loss: known?.loss ?? null,
    score: scoreOfStatus(known),
    queuePosition,
    color,
    notes,
    hints: known?.hints ?? [],
    created,
    updated: run.updated,
  };
}

/** When a run was created, in milliseconds since 1970; null where unknown. */
export function createdTime({ paths, launch }: RunOnDisk): number | null {
  const time = readManifest(paths)?.created ?? launch?.queued?.time ?? launch?.process?.time;
  if (time !== undefined) return parseTime(time);
  const first = listEventFiles(paths.root)[0];
  const seconds = first === undefined ? 0 : eventFileSeconds(basename(first));
  return seconds === 0 ? null : seconds * 1000;
}

/** Live runs first, then those that wait in their order, then the pinned, then the newest. */
export function compareSummaries(a: RunSummary, b: RunSummary): number {
  return (
    rank(a) - rank(b) ||
    (a.queuePosition ?? 0) - (b.queuePosition ?? 0) ||
    Number(b.notes.pinned) - Number(a.notes.pinned) ||
    (b.created ?? 0) - (a.created ?? 0) ||
    (a.run < b.run ? -1 : 1)
  );
}

function rank(run: RunSummary): number {
  if (run.state === 'queued') return 1;
  return isLive(run) ? 0 : 2;
}
