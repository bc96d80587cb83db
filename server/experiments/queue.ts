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
  /** Runs that may train at the same time on each GPU, or on this host if it has none to choose from. */
  readonly maximum: number;
  /** The number of GPUs among which runs are divided; 0: none to choose from. */
  readonly devices: number;
  /** Starts a run, on this GPU. */
  readonly launch: (queued: QueuedRun, device: number | undefined) => Promise<void>;
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
    const device = config.device === 'auto' ? undefined : config.device;
    await enqueue(run, { stage, next, resume, file, order, device }, serializeResolved(config));
    return startFree(slots);
  });
}

/** Starts queued runs while there are free slots. */
export function startNext(slots: Slots): Promise<StartFailure[]> {
  return withHostLock(() => startFree(slots));
}

/** Whether a queued run could start, as far as these runs tell. */
export function hasFreeSlot(runs: readonly RunOnDisk[], slots: Pick<Slots, 'maximum' | 'devices'>): boolean {
  const live = liveRuns(runs, slots.devices);
  return waitingRuns(runs).some(({ entry }) => freeDevice(live, entry.device, slots.maximum) !== undefined);
}

/** The number of runs that train on each GPU; one number if there is none to choose from. */
function liveRuns(runs: readonly RunOnDisk[], devices: number): number[] {
  const counts = Array.from({ length: Math.max(devices, 1) }, () => 0);
  for (const { launch } of runs.filter(isLiveHere)) {
    // A run that was started in a terminal takes the first, unless its run file names another.
    const device = launch?.process?.device ?? 0;
    counts[device < devices ? device : 0]! += 1;
  }
  return counts;
}

/** The GPU with the fewest runs, or the one that the run file names; undefined if it has no place. */
function freeDevice(live: readonly number[], named: number | undefined, maximum: number): number | undefined {
  // The trainer reports a GPU that does not exist.
  const possible = named !== undefined && named < live.length ? [named] : live.map((_, device) => device);
  const least = possible.reduce((best, device) => (live[device]! < live[best]! ? device : best));
  return live[least]! < maximum ? least : undefined;
}

async function startFree(slots: Slots): Promise<StartFailure[]> {
  const { runFolders, maximum, devices, launch, released } = slots;
  const runs = listAll(runFolders);
  const live = liveRuns(runs, devices);
  const failures: StartFailure[] = [];
  for (const waiting of waitingRuns(runs)) {
    const device = freeDevice(live, waiting.entry.device, maximum);
    // A later run may wait for another GPU.
    if (device === undefined) continue;
    try {
      await launch(waiting, devices === 0 ? undefined : (waiting.entry.device ?? device));
    } catch (error) {
      failures.push({ run: waiting.run, error });
      try {
        await released(waiting.run, () => abandonLaunch(waiting.run));
      } catch (cleaningError) {
        failures.push({ run: waiting.run, error: cleaningError });
      }
      continue;
    }
    live[device]! += 1;
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
