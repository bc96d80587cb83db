import { closeSync, existsSync, fstatSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { removeFileSync } from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { openRegularFile } from '../files/regular-file.ts';
import {
  isBoolean,
  isCount,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isString,
} from '../guards/guards.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import {
  diskError,
  isMissingFile,
  readNames,
  removeFolderAtomic,
  writeFileDurably,
  writeFolderAtomic,
  writeJsonAtomic,
} from './atomic-file.ts';
import { claimColor, colorPath } from './color.ts';
import { isJob, type Job } from './job.ts';
import { type ProcessIdentity, processLiveness, processStartTime, thisHost } from './processes.ts';
import { readJson } from './read-json.ts';
import { announce, type RunPaths } from './run-directory.ts';
import { parseTime } from './time.ts';

/**
 * The files that the editor writes to a run that it starts (`launch/`): the run's place in the queue, then the process
 * that trains it, its output, and how it ended. The trainer writes none of them; it only removes the run from the
 * queue once it holds the lock.
 */

interface LaunchPaths {
  readonly folder: string;
  /** Exists while the run is queued. */
  readonly queued: string;
  /** The run file as it was when the run was queued. */
  readonly runFile: string;
  readonly process: string;
  readonly exit: string;
  readonly output: string;
  readonly killed: string;
  readonly job: string;
  /** The script of the job. */
  readonly script: string;
}

/** A run in the queue of a host. */
export interface QueueEntry {
  readonly format: 1;
  /** When it was queued; ISO 8601, UTC. */
  readonly time: string;
  /** Only this host starts it: the paths in its run file are that host's. */
  readonly host: string;
  readonly stage: Stage;
  /** The stage that the same process trains after this one. */
  readonly next?: Stage | undefined;
  readonly resume: boolean;
  /** The run file that it was queued from; null or missing if that is not known. */
  readonly file?: string | null | undefined;
  /** Of the queued runs of a host, the lowest starts first. */
  readonly order: number;
  /** The GPU that its run file names, as `device` there; missing: any. */
  readonly device?: number | undefined;
}

/** The process that was started for a run. */
interface LaunchedProcess {
  readonly format: 1;
  readonly time: string;
  readonly host: string;
  readonly pid: number;
  /** See `processStartTime`. */
  readonly startTime: number;
  readonly stage: Stage;
  /** As in `QueueEntry`. */
  readonly next?: Stage | undefined;
  /** The GPU that it was given, as `device` in a run file; missing: none in particular. */
  readonly device?: number | undefined;
}

/** How that process ended: one of `code` and `signal` is null. */
export interface ProcessExit {
  readonly time: string;
  readonly pid: number;
  readonly code: number | null;
  readonly signal: string | null;
}

/** The last launch of a run. */
export interface Launch {
  readonly queued: QueueEntry | undefined;
  readonly process: LaunchedProcess | undefined;
  /** Of that process. */
  readonly exit: ProcessExit | undefined;
  readonly killed: KilledProcess | undefined;
  /** The job that was submitted to a cluster instead. */
  readonly job: Job | undefined;
}

/** A process that trained the run, which a person ended at once. */
interface KilledProcess {
  readonly time: string;
  readonly host: string;
  readonly pid: number;
}

const isFormat = isOneOf([1]);
const isStage = isOneOf(stages);

const isQueueEntry = isObject<QueueEntry>({
  format: isFormat,
  time: isString,
  host: isString,
  stage: isStage,
  next: isOptional(isStage),
  resume: isBoolean,
  file: isOptional(isNullable(isString)),
  order: isNumber,
  device: isOptional(isCount),
});

const isLaunchedProcess = isObject<LaunchedProcess>({
  format: isFormat,
  time: isString,
  host: isString,
  pid: isCount,
  startTime: isCount,
  stage: isStage,
  next: isOptional(isStage),
  device: isOptional(isCount),
});

const isProcessExit = isObject<ProcessExit>({
  time: isString,
  pid: isCount,
  code: isNullable(isNumber),
  signal: isNullable(isString),
});

const isKilledProcess = isObject<KilledProcess>({ time: isString, host: isString, pid: isCount });

/** The paths of a launch's files; does not access the disk. */
export function launchPaths(run: RunPaths): LaunchPaths {
  const folder = run.launch;
  return {
    folder,
    queued: join(folder, 'queued.json'),
    runFile: join(folder, 'run.esrgan.yaml'),
    process: join(folder, 'process.json'),
    exit: join(folder, 'exit.json'),
    output: join(folder, 'output.txt'),
    killed: join(folder, 'killed.json'),
    job: join(folder, 'job.json'),
    script: join(folder, 'job.sh'),
  };
}

/** The run's last launch. Never throws. */
export function readLaunch(run: RunPaths): Launch {
  const paths = launchPaths(run);
  const process = readJson(paths.process, isLaunchedProcess);
  const exit = readJson(paths.exit, isProcessExit);
  return {
    queued: readJson(paths.queued, isQueueEntry),
    process,
    exit: exit?.pid === process?.pid ? exit : undefined,
    killed: readJson(paths.killed, isKilledProcess),
    job: readJson(paths.job, isJob),
  };
}

/**
 * Adds a run to the queue of this host, with the text of its run file, and removes the files of its last launch.
 * Creates the run directory if there is none. Throws a `disk` error.
 */
export async function enqueue(
  run: RunPaths,
  entry: Pick<QueueEntry, 'stage' | 'next' | 'resume' | 'order' | 'file' | 'device'>,
  runFile: string,
): Promise<void> {
  const whole: QueueEntry = { format: 1, time: new Date().toISOString(), host: thisHost, ...entry };
  await replaceLaunch(run, ({ queued, runFile: file }) => [
    [queued, `${JSON.stringify(whole, null, 2)}\n`],
    [file, runFile],
  ]);
}

/**
 * Prepares a run for a job, with the text of its run file and the script of the job, and removes the files of its last
 * launch. Creates the run directory if there is none. Throws a `disk` error.
 */
export async function prepareJob(run: RunPaths, runFile: string, script: string): Promise<void> {
  await replaceLaunch(run, (paths) => [
    [paths.runFile, runFile],
    [paths.script, script],
  ]);
}

/** Records the job that was submitted. Throws a `disk` error. */
export function recordJob(run: RunPaths, job: Omit<Job, 'format' | 'time'>): void {
  const whole: Job = { ...job, format: 1, time: new Date().toISOString() };
  writeJsonAtomic(launchPaths(run).job, whole);
}

async function replaceLaunch(
  run: RunPaths,
  filesOf: (paths: LaunchPaths) => readonly (readonly [path: string, text: string])[],
): Promise<void> {
  try {
    createFolderSync(run.root);
  } catch (error) {
    throw diskError(run.root, error);
  }
  claimColor(run);
  await removeLaunch(run);
  writeFolderAtomic(run.launch, (temporary) => {
    for (const [path, text] of filesOf(launchPaths({ ...run, launch: temporary })))
      writeFileDurably(path, [Buffer.from(text)]);
  });
  announce(run);
}

/** Removes a launch that did not start, and the run if it was never trained. Throws a `disk` error only if it stays queued. */
export async function abandonLaunch(run: RunPaths): Promise<void> {
  dequeue(run);
  remove(launchPaths(run).job);
  try {
    const names = readNames(run.root).filter((name) => !name.startsWith('.'));
    const own = [run.launch, run.mirror, colorPath(run.root)].map((path) => basename(path));
    if (names.every((name) => own.includes(name))) await removeFolderAtomic(run.root);
    else if (!existsSync(run.manifest)) await removeLaunch(run);
  } catch (error) {
    // The launch folder of a run that is no longer queued: the next launch replaces it.
    if (!(error instanceof WorkbenchError)) throw error;
  }
}

/** Moves a queued run. Throws a `disk` error. */
export function setQueueOrder(run: RunPaths, entry: QueueEntry, order: number): void {
  writeJsonAtomic(launchPaths(run).queued, { ...entry, order });
}

/** Removes the run from the queue if it is in it. Throws a `disk` error. */
export function dequeue(run: RunPaths): void {
  remove(launchPaths(run).queued);
}

function remove(path: string): void {
  try {
    removeFileSync(path);
  } catch (error) {
    throw diskError(path, error);
  }
}

/** Deletes the files of the run's last launch, if there are any. Throws a `disk` error. */
export async function removeLaunch(run: RunPaths): Promise<void> {
  try {
    await removeFolderAtomic(run.launch);
  } catch (error) {
    if (!(error instanceof Error && isMissingFile(error.cause))) throw error;
  }
}

/** Records the process of this host that was started for the run. Throws a `disk` error. */
export function recordProcess(
  run: RunPaths,
  process: Pick<LaunchedProcess, 'pid' | 'stage' | 'next' | 'device'>,
): void {
  const whole: LaunchedProcess = {
    format: 1,
    time: new Date().toISOString(),
    host: thisHost,
    startTime: processStartTime(process.pid),
    ...process,
  };
  writeJsonAtomic(launchPaths(run).process, whole);
}

/** Records how the process of `recordProcess` ended. Throws a `disk` error. */
export function recordExit(run: RunPaths, exit: Omit<ProcessExit, 'time'>): void {
  writeJsonAtomic(launchPaths(run).exit, { time: new Date().toISOString(), ...exit });
}

/** Records that a person is about to end a process that trains the run, wherever it was started. Throws a `disk` error. */
export function recordKill(run: RunPaths, { host, pid }: ProcessIdentity): void {
  const paths = launchPaths(run);
  const killed: KilledProcess = { time: new Date().toISOString(), host, pid };
  try {
    createFolderSync(paths.folder);
  } catch (error) {
    throw diskError(paths.folder, error);
  }
  writeJsonAtomic(paths.killed, killed);
}

/** A process that cannot be seen and does not take the run's lock within this time counts as dead. */
const startTimeoutMs = 60_000;

/** Whether a launched process may still be alive; `now` in milliseconds since 1970. */
export function isLaunchAlive({ process, exit }: Launch, now: number): boolean {
  if (process === undefined || exit !== undefined) return false;
  const { host, pid, startTime, time } = process;
  const liveness = host === thisHost ? processLiveness(pid, startTime) : 'unknown';
  return liveness === 'unknown' ? now - (parseTime(time) ?? 0) <= startTimeoutMs : liveness === 'alive';
}

/** The last `count` lines that a launched process printed, the oldest first. Never throws. */
export function lastOutput(run: RunPaths, count: number): string[] {
  return lastLines(launchPaths(run).output, count);
}

const tailBytes = 2 ** 16;

/** The last `count` lines of a text file that are not blank, the oldest first, from its last 64 KiB. Never throws. */
export function lastLines(path: string, count: number): string[] {
  try {
    const file = openRegularFile(path);
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, tailBytes));
      const length = readSync(file, bytes, 0, bytes.length, size - bytes.length);
      const lines = bytes.toString('utf8', 0, length).split(/\r?\n/);
      // The start of the first line may be missing.
      return (size > length ? lines.slice(1) : lines).filter((line) => line.trim() !== '').slice(-count);
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
}
