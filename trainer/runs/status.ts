import {
  isCount,
  isJsonNumber,
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isString,
  type JsonNumber,
} from '../guards/guards.ts';
import type { MetricValue } from '../metrics/metric-text.ts';
import { metricNames, validationMetricNames } from '../metrics/metrics.ts';
import {
  type RunState,
  type Stage,
  stages,
  type TrainerState,
  trainerStates,
} from '../run-state/run-state.ts';
import { writeJsonAtomic } from './atomic-file.ts';
import { isJobStart, type Job, type JobStart, type JobState, jobStartOf } from './job.ts';
import { isLaunchAlive, type Launch, type QueueEntry } from './launch.ts';
import { type LockHolder, whyStale } from './lock.ts';
import { thisHost } from './processes.ts';
import { readJson } from './read-json.ts';
import type { RunPaths } from './run-directory.ts';

/** The heartbeat of a run (`status.json`). Null: the number does not exist, or is not finite. */
export interface Status {
  readonly state: TrainerState;
  readonly stage: Stage;
  /** The stage that the same process trains after this one. */
  readonly next?: Stage | undefined;
  /** Epochs done. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps (mini-batches) of the stage done. */
  readonly step: number;
  readonly steps: number;
  /** Steps per second. */
  readonly rate: number | null;
  /** Seconds until the stage ends at this rate. */
  readonly etaSeconds: number | null;
  readonly loss: number | null;
  /** PSNR of the latest validation, RGB, in dB. */
  readonly psnr: JsonNumber | null;
  /** The metric of `checkpoints.best` in the latest validation; missing before the first, and of earlier versions. */
  readonly score?: MetricValue | undefined;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Why the run failed, stopped or finished early; null otherwise. */
  readonly message: string | null;
  /** Problems that the trainer has recognized in the curves of the stage; missing if there are none. */
  readonly hints?: readonly string[] | undefined;
  /** The start of the scheduler's job that the process belongs to. */
  readonly jobStart?: JobStart | undefined;
}

const isStatus = isObject<Status>({
  state: isOneOf(trainerStates),
  stage: isOneOf(stages),
  next: isOptional(isOneOf(stages)),
  epoch: isCount,
  epochs: isCount,
  step: isCount,
  steps: isCount,
  rate: isNullable(isNumber),
  etaSeconds: isNullable(isNumber),
  loss: isNullable(isNumber),
  psnr: isNullable(isJsonNumber),
  score: isOptional(
    isObject<MetricValue>({
      metric: isOneOf([...metricNames, ...validationMetricNames]),
      value: isJsonNumber,
    }),
  ),
  host: isString,
  pid: isCount,
  time: isString,
  message: isNullable(isString),
  hints: isOptional(isList(isString)),
  jobStart: isOptional(isJobStart),
});

/** What a trainer reports; `writeStatus` adds its process and the time. */
export type StatusReport = Omit<Status, 'host' | 'pid' | 'time' | 'jobStart'>;

/** Replaces the run's status. Throws a `disk` error. */
export function writeStatus(paths: RunPaths, status: StatusReport): void {
  writeJsonAtomic(paths.status, {
    ...status,
    host: thisHost,
    pid: process.pid,
    time: new Date().toISOString(),
    jobStart: jobStartOf(process.env),
  });
}

/** The run's last status; undefined if it is missing or not readable. Never throws. */
export function readStatus(paths: RunPaths): Status | undefined {
  return readJson(paths.status, isStatus);
}

/** The latest validation by the metric that determines the best checkpoint, of earlier versions its PSNR; null: none. */
export function scoreOfStatus(status: Pick<Status, 'psnr' | 'score'> | undefined): MetricValue | null {
  if (status?.score !== undefined) return status.score;
  return status == null || status.psnr === null ? null : { metric: 'psnr', value: status.psnr };
}

/**
 * Whether the holder of the lock was an earlier start of this process's job. A scheduler starts a job again only when it
 * has given up its last start. That may be alive on a host without a network; it writes nothing once its lock is taken.
 */
export function isEarlierStart(paths: RunPaths, holder: LockHolder, own: JobStart | undefined): boolean {
  const status = readStatus(paths);
  if (own === undefined || status?.jobStart === undefined || !isFrom(status, holder)) return false;
  return status.jobStart.job === own.job && status.jobStart.restarts < own.restarts;
}

/**
 * The actual state of a run: what its trainer reported, unless the trainer died without a final state (`lost`) or the
 * run is queued.
 */
export interface StateDescription {
  readonly state: RunState;
  readonly reason: string | null;
  /** The stage that is in this state; null if none was ever started. */
  readonly stage: Stage | null;
  /** The stage that follows when this one finishes, also after a resume; null without one. */
  readonly next: Stage | null;
}

/** A state without what follows it. */
type StageState = Omit<StateDescription, 'next'>;

/** What the state of a run follows from. */
interface Evidence {
  readonly status: Status | undefined;
  readonly lock: LockHolder | undefined;
  readonly launch: Launch | undefined;
  /** Of `launch.job`; undefined if it is not known. */
  readonly jobState?: JobState | undefined;
  /** The last lines that the launched process printed; read only if it failed. */
  readonly lastOutput: () => readonly string[];
}

/** The state of a run; `now` in milliseconds since 1970. */
export function describeState(evidence: Evidence, now: number): StateDescription {
  const state = describeStage(evidence, now);
  return { ...state, next: followingStage(evidence, state, now) };
}

/** The stage that was started together with the one of this state, and comes after it. */
function followingStage(evidence: Evidence, { state, stage }: StageState, now: number): Stage | null {
  const { status, launch } = evidence;
  const isJobsState = state === 'queued' || state === 'starting' || state === 'lost' || state === 'failed';
  const job = isJobsState ? openJob(evidence, now) : undefined;
  const source =
    job !== undefined && !hasStarted(status, job)
      ? job
      : state === 'queued'
        ? (job ?? launch?.queued)
        : (launchWithoutStatus(status, launch) ?? status);
  return source !== undefined && source.stage === stage ? (source.next ?? null) : null;
}

function describeStage(evidence: Evidence, now: number): StageState {
  const { status, lock, launch } = evidence;
  const launched = launchWithoutStatus(status, launch);
  const stage = launched?.stage ?? status?.stage ?? null;
  const deathCause = lock === undefined ? undefined : whyStale(lock, now);
  if (lock !== undefined && deathCause === undefined) {
    return status !== undefined && isFrom(status, lock)
      ? { state: status.state, reason: status.message, stage: status.stage }
      : { state: 'starting', reason: null, stage };
  }
  const job = openJob(evidence, now);
  const inJob = job && stateInJob(evidence, job);
  if (inJob !== undefined) return inJob;
  if (launch?.queued !== undefined) {
    return { state: 'queued', reason: queueHost(launch.queued), stage: launch.queued.stage };
  }
  if (launched !== undefined) {
    if (launch !== undefined && isLaunchAlive(launch, now)) return { state: 'starting', reason: null, stage };
    return isKilled(launch, launched)
      ? { ...killed, stage }
      : { ...endOfLaunch(evidence, 'its process ended before training started'), stage };
  }
  const last = lock ?? status;
  // The final state of an earlier session does not count if a later process died while it held the lock.
  const hasReported =
    status !== undefined && hasEnded(status) && (lock === undefined || isFrom(status, lock));
  if (!hasReported && last !== undefined && isKilled(launch, last)) return { ...killed, stage };
  if (status === undefined) {
    return lock === undefined
      ? {
          state: 'unknown',
          reason: job ? `the state of job ${job.id} on ${job.profile} is not known` : null,
          stage,
        }
      : { state: 'lost', reason: deathCause ?? null, stage };
  }
  if (hasReported) {
    return { state: status.state, reason: status.message, stage };
  }
  const cause = deathCause ?? 'its process ended unexpectedly';
  return launch?.process !== undefined && isFrom(status, launch.process)
    ? { state: 'lost', reason: endOfLaunch(evidence, cause).reason, stage }
    : { state: 'lost', reason: cause, stage };
}

/** The message of a trainer that stopped before the time limit of its job. */
export const stoppedAtLimit = 'Stopped at the time limit.';

/** The message of a trainer that its scheduler stopped: the job was cancelled, or another one needs the node. */
export const stoppedByScheduler = 'Stopped by the scheduler.';

/** The state of a run that a job trains while no live process holds its lock; undefined: as without the job. */
function stateInJob({ status, lock, jobState, lastOutput }: Evidence, job: Job): StageState | undefined {
  const { stage } = job;
  switch (jobState?.state) {
    case 'pending':
      return { state: 'queued', reason: `on ${job.profile}: ${jobState.reason}`, stage };
    case 'running':
      if (status !== undefined && isOfJob(status, job)) {
        // The job ends in a moment. After a time limit it starts again.
        if (hasEnded(status) && status.message !== stoppedAtLimit) return undefined;
        // A file system may show the heartbeats of another host late.
        if (lock !== undefined && lock.host !== thisHost && isFrom(status, lock))
          return { state: status.state, reason: status.message, stage: status.stage };
      }
      return { state: 'starting', reason: `on ${job.profile}: ${jobState.nodes}`, stage };
    case 'ended': {
      if (hasStarted(status, job)) return undefined;
      const output = lastOutput().join('\n');
      const cause = `job ${job.id} on ${job.profile} ended before training started`;
      return output === ''
        ? { state: 'lost', reason: cause, stage }
        : { state: 'failed', reason: output, stage };
    }
    default:
      return undefined;
  }
}

function isOfJob({ jobStart }: Status, job: Job): boolean {
  return jobStart?.job.endsWith(`/${job.id}`) === true;
}

/** The job whose process trains the run now; undefined if the process belongs to no job. */
export function jobOf({
  status,
  launch,
}: {
  readonly status: Status | undefined;
  readonly launch: Launch | undefined;
}): Job | undefined {
  const job = launch?.job;
  return job !== undefined && status !== undefined && isOfJob(status, job) ? job : undefined;
}

/** Whether a trainer wrote the status in this job, or later. */
function hasStarted(status: Status | undefined, job: Job): boolean {
  return status !== undefined && (isOfJob(status, job) || status.time > job.time);
}

/** The job that the scheduler must be asked about to know the state of a run; undefined if its files show its state. */
export function openJob(
  evidence: Pick<Evidence, 'status' | 'lock' | 'launch'>,
  now: number,
): Job | undefined {
  const { status, lock, launch } = evidence;
  const job = launch?.job;
  if (job === undefined || (lock !== undefined && whyStale(lock, now) === undefined)) return undefined;
  const isOver = status !== undefined && hasStarted(status, job) && hasEnded(status) && !mayContinue(status);
  return isOver ? undefined : job;
}

/** Whether the job of a trainer that has stopped may start again by itself. */
function mayContinue({ message }: Status): boolean {
  return message === stoppedAtLimit || message === stoppedByScheduler;
}

function hasEnded({ state }: Status): boolean {
  return state === 'finished' || state === 'stopped' || state === 'failed';
}

const killed = { state: 'stopped', reason: 'It was ended at once, without a checkpoint.' } as const;

function isKilled(
  launch: Launch | undefined,
  { host, pid }: { readonly host: string; readonly pid: number },
): boolean {
  return launch?.killed?.host === host && launch.killed.pid === pid;
}

/**
 * The process that was launched after the status was written and has not written one itself. One that ended well had
 * nothing to train.
 */
function launchWithoutStatus(status: Status | undefined, launch: Launch | undefined): Launch['process'] {
  const launched = launch?.process;
  if (launched === undefined || status === undefined) return launched;
  if (launch?.exit?.code === 0 && status.state === 'finished' && status.stage === launched.stage)
    return undefined;
  return !isFrom(status, launched) && status.time <= launched.time ? launched : undefined;
}

function isFrom(status: Status, process: { readonly host: string; readonly pid: number }): boolean {
  return status.host === process.host && status.pid === process.pid;
}

function queueHost({ host }: QueueEntry): string | null {
  return host === thisHost ? null : `on ${host}`;
}

/** Signals that a defect of the process causes. */
const crashes = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/** How a launched process ended without a final status; `otherwise` is the reason if that is unknown. */
function endOfLaunch({ launch, lastOutput }: Evidence, otherwise: string): Omit<StageState, 'stage'> {
  const { code = null, signal = null } = launch?.exit ?? {};
  if (signal !== null && !crashes.includes(signal)) {
    const cause = signal === 'SIGKILL' ? ', by a person or because the system ran out of memory' : '';
    return { state: 'lost', reason: `its process was killed (${signal})${cause}` };
  }
  const output = lastOutput().join('\n');
  if (signal !== null) {
    return { state: 'lost', reason: `its process crashed (${signal})${output === '' ? '' : `: ${output}`}` };
  }
  if (code === null) return { state: 'lost', reason: otherwise };
  if (output === '') return { state: 'lost', reason: `its process ended with exit code ${code}` };
  return { state: 'failed', reason: output };
}
