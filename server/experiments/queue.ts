import { serializeResolved } from '../../trainer/config/index.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { isLive, stagesOf } from '../../trainer/run-state/run-state.ts';
import {
  abandonLaunch,
  dequeue,
  enqueue,
  type QueueEntry,
  setQueueOrder,
} from '../../trainer/runs/launch.ts';
import { listRuns, type RunOnDisk, readRun } from '../../trainer/runs/list.ts';
import { readLock } from '../../trainer/runs/lock.ts';
import { assertMayStart } from '../../trainer/runs/may-start.ts';
import { thisHost } from '../../trainer/runs/processes.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';
import { jobOf } from '../../trainer/runs/status.ts';
import { withHostLock } from './host-lock.ts';
import type { JobWatch } from './job-states.ts';
import type { RunRequest } from './start.ts';

/** A run in the queue. */
export interface QueuedRun {
  readonly run: RunPaths;
  readonly entry: QueueEntry;
}

/** The queued runs of this host, the next one first. */
export function waitingRuns(runs: readonly RunOnDisk[]): QueuedRun[] {
  return runs
    .flatMap(({ paths, state, launch }) =>
      state.state === 'queued' && launch?.queued?.host === thisHost
        ? [{ run: paths, entry: launch.queued }]
        : [],
    )
    .sort((a, b) => a.entry.order - b.entry.order || compareText(a.run.root, b.run.root));
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether the run occupies an engine of this host that the queue may use; a job has its own. */
export function isLiveHere(run: RunOnDisk): boolean {
  const { status, launch, paths, openJob } = run;
  if (openJob !== undefined || jobOf(run) !== undefined) return false;
  const host = readLock(paths)?.host ?? launch?.process?.host ?? status?.host;
  return isLive(run.state) && host === thisHost;
}

/** Whether queued runs may start, and how they are started. */
export interface Slots {
  readonly runFolders: readonly string[];
  /** Runs that may train on this host at the same time. */
  readonly maximum: number;
  readonly launch: (queued: QueuedRun) => Promise<void>;
  /** What the schedulers say: a run that waits on a cluster does not start here. */
  readonly jobs?: Pick<JobWatch, 'states' | 'whyUnknown'>;
  /** Does `work` while no file or folder of the run is open in this process. */
  readonly released: <T>(run: RunPaths, work: () => Promise<T>) => Promise<T>;
}

/** A queued run that could not be started and was removed from the queue. */
export interface StartFailure {
  readonly run: RunPaths;
  readonly error: unknown;
}

/**
 * Puts a run at the end of this host's queue, and starts runs while there are free slots. Rejects with a `run` error
 * where the run cannot be started.
 */
export function addToQueue(request: RunRequest, resume: boolean, slots: Slots): Promise<StartFailure[]> {
  return withHostLock(async () => {
    const { run, config, file } = request;
    const [stage, next] = stagesOf(request.stage);
    const there = readRun(run.root, Date.now(), slots.jobs?.states);
    if (there !== undefined) assertMayStart(there, stage, resume, slots.jobs?.whyUnknown());
    const orders = waitingRuns(listAll(slots.runFolders)).map(({ entry }) => entry.order);
    const order = Math.max(0, ...orders) + 1;
    await enqueue(run, { stage, next, resume, file, order }, serializeResolved(config));
    return startFree(slots);
  });
}

/** Starts queued runs while there are free slots. */
export function startNext(slots: Slots): Promise<StartFailure[]> {
  return withHostLock(() => startFree(slots));
}

async function startFree({ runFolders, maximum, launch, released }: Slots): Promise<StartFailure[]> {
  const runs = listAll(runFolders);
  const free = Math.max(0, maximum - runs.filter(isLiveHere).length);
  const failures: StartFailure[] = [];
  let started = 0;
  for (const waiting of waitingRuns(runs)) {
    if (started === free) break;
    try {
      await launch(waiting);
    } catch (error) {
      failures.push({ run: waiting.run, error });
      try {
        await released(waiting.run, () => abandonLaunch(waiting.run));
      } catch (cleaningError) {
        failures.push({ run: waiting.run, error: cleaningError });
      }
      continue;
    }
    started++;
    dequeue(waiting.run);
  }
  return failures;
}

/** Moves a queued run by this many positions (negative: earlier). Rejects with a `run` error where it is not queued. */
export function moveInQueue(run: RunPaths, by: number, runFolders: readonly string[]): Promise<void> {
  return withHostLock(() => {
    const waiting = waitingRuns(listAll(runFolders));
    const identity = pathIdentity(run.root);
    const from = waiting.findIndex((each) => pathIdentity(each.run.root) === identity);
    const moved = waiting[from];
    if (moved === undefined) throw notQueued(run);
    const others = waiting.toSpliced(from, 1);
    const to = Math.min(Math.max(from + by, 0), others.length);
    // An order between two others changes no other file.
    const before = others[to - 1]?.entry.order;
    const after = others[to]?.entry.order;
    const order =
      before !== undefined && after !== undefined
        ? (before + after) / 2
        : (before ?? after ?? 0) + (before === undefined ? -1 : 1);
    setQueueOrder(run, moved.entry, order);
  });
}

/** Removes a run from the queue, and deletes it if it never started. Rejects with a `run` error where it is not queued. */
export function removeFromQueue(run: RunPaths, { released }: Pick<Slots, 'released'>): Promise<void> {
  return withHostLock(async () => {
    if (readRun(run.root, Date.now())?.state.state !== 'queued') throw notQueued(run);
    await released(run, () => abandonLaunch(run));
  });
}

function notQueued(run: RunPaths): WorkbenchError {
  return new WorkbenchError('run', `Run ${run.name} is not queued.`);
}

function listAll(runFolders: readonly string[]): RunOnDisk[] {
  const now = Date.now();
  return runFolders.flatMap((folder) => listRuns(folder, now));
}
