import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import { readNames, removeFolderAtomic } from '../../trainer/runs/atomic-file.ts';
import { dequeue, enqueue, type QueueEntry, removeLaunch, setQueueOrder } from '../../trainer/runs/launch.ts';
import { listRuns, type RunOnDisk, readRun } from '../../trainer/runs/list.ts';
import { readLock } from '../../trainer/runs/lock.ts';
import { isStageStarted } from '../../trainer/runs/manifest.ts';
import { thisHost } from '../../trainer/runs/processes.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';
import { withHostLock } from './host-lock.ts';
import type { RunRequest } from './start.ts';

/** A run that waits for its turn. */
export interface Waiting {
  readonly run: RunPaths;
  readonly entry: QueueEntry;
}

/** The runs that wait for this host, the next one first. */
export function waitingRuns(runs: readonly RunOnDisk[]): Waiting[] {
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

/** Whether the run occupies an engine of this host. */
export function isLiveHere(run: RunOnDisk): boolean {
  const { status, launch, paths } = run;
  const host = readLock(paths)?.host ?? launch?.process?.host ?? status?.host;
  return isLive(run.state) && host === thisHost;
}

/** What decides whether a waiting run starts, and how it does. */
export interface Places {
  readonly runFolders: readonly string[];
  /** Runs that may train on this host at the same time. */
  readonly maximum: number;
  readonly launch: (waiting: Waiting) => Promise<void>;
}

/** A waiting run that could not be started, and is out of the queue. */
export interface StartFailure {
  readonly run: RunPaths;
  readonly error: unknown;
}

/**
 * Puts a run at the end of this host's queue, and starts what there is a place for. Rejects with a `run` error
 * where the run does not allow it.
 */
export function addToQueue(request: RunRequest, resume: boolean, places: Places): Promise<StartFailure[]> {
  return withHostLock(() => {
    const { run, stage, runFile } = request;
    const there = readRun(run.root, Date.now());
    if (there !== undefined) assertMayStart(there, request, resume);
    const orders = waitingRuns(listAll(places.runFolders)).map(({ entry }) => entry.order);
    enqueue(run, { stage, resume, order: Math.max(0, ...orders) + 1 }, runFile);
    return startPlaces(places);
  });
}

/** Starts waiting runs for which there is a place. */
export function startNext(places: Places): Promise<StartFailure[]> {
  return withHostLock(() => startPlaces(places));
}

async function startPlaces({ runFolders, maximum, launch }: Places): Promise<StartFailure[]> {
  const runs = listAll(runFolders);
  const free = Math.max(0, maximum - runs.filter(isLiveHere).length);
  const failures: StartFailure[] = [];
  let started = 0;
  for (const waiting of waitingRuns(runs)) {
    if (started === free) break;
    try {
      await launch(waiting);
      dequeue(waiting.run);
      started++;
    } catch (error) {
      failures.push({ run: waiting.run, error });
      takeOut(waiting.run);
    }
  }
  return failures;
}

function assertMayStart(there: RunOnDisk, { run, stage }: RunRequest, resume: boolean): void {
  if (there.kind === 'external') {
    throw new WorkbenchError(
      'run',
      `${run.root} holds a run of another program. Give the run another \`name\`.`,
    );
  }
  if (isLive(there.state)) {
    throw new WorkbenchError('run', `Run ${run.name} is ${there.state.state} already (${run.root}).`);
  }
  if (there.state.state === 'queued') {
    throw new WorkbenchError('run', `Run ${run.name} waits for its turn already (${run.root}).`);
  }
  if (isStageStarted(run, stage) && !resume) {
    throw new WorkbenchError(
      'run',
      `The ${stage} of run ${run.name} was begun already (${run.root}). Resume it, or give the run another \`name\`.`,
    );
  }
}

/** Moves a waiting run by so many places (negative: earlier). Rejects with a `run` error where it does not wait. */
export function moveInQueue(run: RunPaths, by: number, runFolders: readonly string[]): Promise<void> {
  return withHostLock(() => {
    const waiting = waitingRuns(listAll(runFolders));
    const from = waiting.findIndex((each) => each.run.root === run.root);
    const moved = waiting[from];
    if (moved === undefined) throw notWaiting(run);
    const others = waiting.toSpliced(from, 1);
    const to = Math.min(Math.max(from + by, 0), others.length);
    // A place between two others needs no other file to change.
    const before = others[to - 1]?.entry.order;
    const after = others[to]?.entry.order;
    const order =
      before !== undefined && after !== undefined
        ? (before + after) / 2
        : (before ?? after ?? 0) + (before === undefined ? -1 : 1);
    setQueueOrder(run, moved.entry, order);
  });
}

/** Takes a run out of the queue; one that has never begun is gone then. Rejects with a `run` error where it does not wait. */
export function removeFromQueue(run: RunPaths): Promise<void> {
  return withHostLock(() => {
    if (readRun(run.root, Date.now())?.state.state !== 'queued') throw notWaiting(run);
    takeOut(run);
  });
}

function takeOut(run: RunPaths): void {
  const names = readNames(run.root);
  if (names.every((name) => name === basename(run.launch))) removeFolderAtomic(run.root);
  else if (existsSync(run.manifest)) dequeue(run);
  else removeLaunch(run);
}

function notWaiting(run: RunPaths): WorkbenchError {
  return new WorkbenchError('run', `Run ${run.name} does not wait for its turn.`);
}

function listAll(runFolders: readonly string[]): RunOnDisk[] {
  const now = Date.now();
  return runFolders.flatMap((folder) => listRuns(folder, now));
}
