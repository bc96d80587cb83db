import { writeJsonAtomic } from './atomic-file.ts';
import { isCount, isNullable, isNumber, isObject, isOneOf, isString, readJson } from './json-shape.ts';
import { type LockHolder, whyStale } from './lock.ts';
import { thisHost } from './processes.ts';
import { type RunPaths, type Stage, stages } from './run-directory.ts';

const states = ['starting', 'running', 'paused', 'finished', 'stopped', 'failed'] as const;

/** What a trainer says of itself; `finished`, `stopped` and `failed` are its last words. */
export type RunState = (typeof states)[number];

/** The heartbeat of a run (`status.json`). Null where there is no number, or none that is finite. */
export interface Status {
  readonly state: RunState;
  readonly stage: Stage;
  /** Epochs done. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps (mini-batches) of the stage done. */
  readonly step: number;
  readonly steps: number;
  /** Steps a second. */
  readonly rate: number | null;
  /** Seconds until the stage ends at this rate. */
  readonly etaSeconds: number | null;
  readonly loss: number | null;
  /** Of the latest validation, in dB, by the protocol that the run file asks for. */
  readonly psnr: number | null;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Why the run failed or stopped; otherwise what a person should know. */
  readonly message: string | null;
}

const isStatus = isObject<Status>({
  state: isOneOf(states),
  stage: isOneOf(stages),
  epoch: isCount,
  epochs: isCount,
  step: isCount,
  steps: isCount,
  rate: isNullable(isNumber),
  etaSeconds: isNullable(isNumber),
  loss: isNullable(isNumber),
  psnr: isNullable(isNumber),
  host: isString,
  pid: isCount,
  time: isString,
  message: isNullable(isString),
});

/** Replaces the run's status by this, from this process, now. Throws a `disk` error. */
export function writeStatus(paths: RunPaths, status: Omit<Status, 'host' | 'pid' | 'time'>): void {
  writeJsonAtomic(paths.status, {
    ...status,
    host: thisHost,
    pid: process.pid,
    time: new Date().toISOString(),
  });
}

/** The run's last status; undefined where there is none or it is not readable. Never throws. */
export function readStatus(paths: RunPaths): Status | undefined {
  return readJson(paths.status, isStatus);
}

/** What a run is really doing: what its trainer said, unless the trainer died without saying so (`lost`). */
export interface StateDescription {
  /** `unknown`: nobody trains it and nobody has left a word. */
  readonly state: RunState | 'lost' | 'unknown';
  readonly reason: string | null;
}

/** Judges a run by its status and its lock; `now` in milliseconds since 1970. */
export function describeState(
  status: Status | undefined,
  lock: LockHolder | undefined,
  now: number,
): StateDescription {
  const deathCause = lock === undefined ? 'its process ended without a word' : whyStale(lock, now);
  if (lock !== undefined && deathCause === undefined) {
    const isOfHolder = status?.host === lock.host && status.pid === lock.pid;
    return isOfHolder ? { state: status.state, reason: status.message } : { state: 'starting', reason: null };
  }
  if (status === undefined) {
    return lock === undefined
      ? { state: 'unknown', reason: null }
      : { state: 'lost', reason: deathCause ?? null };
  }
  const hasEnded = status.state === 'finished' || status.state === 'stopped' || status.state === 'failed';
  // The lock of a process that died while it started again counts, whatever the session before it said.
  const lastWordHolds =
    hasEnded && (lock === undefined || (status.host === lock.host && status.pid === lock.pid));
  return lastWordHolds
    ? { state: status.state, reason: status.message }
    : { state: 'lost', reason: deathCause ?? null };
}
