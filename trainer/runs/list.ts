import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { statOf } from '../files/regular-file.ts';
import { noNotes, type RunNotes } from '../run-state/notes.ts';
import { isLive } from '../run-state/run-state.ts';
import { readNames } from './atomic-file.ts';
import { runColor } from './color.ts';
import { isEventFile, listEventFiles } from './event-files.ts';
import { type Job, type JobState, type JobStates, jobKey } from './job.ts';
import { type Launch, lastOutput, readLaunch } from './launch.ts';
import { type LockHolder, readLock } from './lock.ts';
import { readManifest } from './manifest.ts';
import { notesFile, readNotes } from './notes.ts';
import { type RunPaths, runPaths } from './run-directory.ts';
import { describeState, openJob, readStatus, type StateDescription, type Status } from './status.ts';
import { parseTime } from './time.ts';

/** What the files of a run say about it. */
export interface RunOnDisk {
  readonly paths: RunPaths;
  /** `external`: a folder of another trainer, known only by its event files. */
  readonly kind: 'esrgan' | 'external';
  /** The number of its color, see `runColor`. */
  readonly color: number;
  readonly notes: RunNotes;
  readonly state: StateDescription;
  readonly status: Status | undefined;
  /** The status if it is of the stage of `state`; a stage that is queued, or failed at its start, may have none. */
  readonly stageStatus: Status | undefined;
  /** Undefined if it was only ever started from a terminal. */
  readonly launch: Launch | undefined;
  /** The job whose state is missing in `jobs`, or may have changed: its scheduler decides about the state of the run. */
  readonly openJob: Job | undefined;
  /** Of `openJob`; undefined if its scheduler has not answered: then the run may wait or be trained. */
  readonly jobState: JobState | undefined;
  /** When a process last wrote to the run, in milliseconds since 1970; null if unknown. */
  readonly updated: number | null;
}

/**
 * The runs in a folder, by name: our run directories and folders with event files of other trainers. Reads a few
 * small files of each. Empty if there is no such folder.
 *
 * @param jobs what the schedulers say
 */
export function listRuns(runsDir: string, now: number, jobs?: JobStates): RunOnDisk[] {
  return readFolders(runsDir).flatMap((name) => readRun(join(runsDir, name), now, jobs) ?? []);
}

/** The run in a folder; undefined if the folder is not a run. */
export function readRun(root: string, now: number, jobs?: JobStates): RunOnDisk | undefined {
  const paths = runPaths(root);
  const names = readNames(paths.root);
  const notes = names.includes(notesFile) ? readNotes(paths) : noNotes;
  const { status, lock } = readSession(paths);
  const launch = names.includes('launch') ? readLaunch(paths) : undefined;
  if (isOurs(paths, names, status, launch)) {
    const evidence = {
      status,
      lock,
      launch,
      jobState: launch?.job && jobs?.get(jobKey(launch.job)),
      lastOutput: () => lastOutput(paths, 6),
    };
    const state = describeState(evidence, now);
    return {
      paths,
      kind: 'esrgan',
      color: runColor(paths),
      notes,
      state,
      status,
      stageStatus: status?.stage === state.stage ? status : undefined,
      launch,
      openJob: openJob(evidence, now),
      jobState: evidence.jobState,
      updated: lastWritten(status, launch),
    };
  }
  if (!names.some(isEventFile)) return undefined;
  const newest = listEventFiles(paths.root).at(-1) ?? paths.root;
  const updated = statOf(newest)?.mtimeMs ?? null;
  return {
    paths,
    kind: 'external',
    color: runColor(paths),
    notes,
    state: { state: 'unknown', reason: null, stage: null, next: null },
    status: undefined,
    stageStatus: undefined,
    launch: undefined,
    openJob: undefined,
    jobState: undefined,
    updated,
  };
}

/** The status of a run and the holder of its lock, at one moment. */
function readSession(paths: RunPaths): Pick<RunOnDisk, 'status'> & { readonly lock: LockHolder | undefined } {
  const status = readStatus(paths);
  const lock = readLock(paths);
  if (lock !== undefined || status === undefined || !isLive(status)) return { status, lock };
  // A trainer writes its final status and then releases the lock: perhaps between these two.
  return { status: readStatus(paths), lock: readLock(paths) };
}

/**
 * Whether a folder is the directory of one of our runs. Never throws.
 *
 * @param names in the folder
 */
export function isRunDirectory(root: string, names: readonly string[] = readNames(root)): boolean {
  const paths = runPaths(root);
  if (names.includes('status.json') && readStatus(paths) !== undefined) return true;
  return isOurs(paths, names, undefined, names.includes('launch') ? readLaunch(paths) : undefined);
}

const partNames = ['run.json', 'status.json', 'lock', 'checkpoints', 'control'];

/** A name alone proves nothing: any project may have a folder `launch` or a file `run.json`. */
function isOurs(
  paths: RunPaths,
  names: readonly string[],
  status: Status | undefined,
  launch: Launch | undefined,
): boolean {
  if (status || launch?.queued || launch?.process || launch?.job) return true;
  if (names.includes('run.json') && readManifest(paths) !== undefined) return true;
  // Where these files are damaged, several parts together show a run.
  const hasState = names.includes('run.json') || names.includes('status.json');
  return hasState && partNames.filter((name) => names.includes(name)).length > 1;
}

function lastWritten(status: Status | undefined, launch: Launch | undefined): number | null {
  const times = [status, launch?.exit, launch?.process, launch?.queued, launch?.job].flatMap(
    (sign) => sign?.time ?? [],
  );
  const known = times.flatMap((time) => parseTime(time) ?? []);
  return known.length === 0 ? null : Math.max(...known);
}

/** Names of the folders in a folder that may be runs; empty if there is no such folder. */
export function readFolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => entry.name)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
}
