import { isCount, isNullable, isNumber, isObject, isOneOf, isString } from '../guards/guards.ts';
import {
  type RunState,
  type Stage,
  stages,
  type TrainerState,
  trainerStates,
} from '../run-state/run-state.ts';
import { writeJsonAtomic } from './atomic-file.ts';
import { isLaunchAlive, type Launch, type QueueEntry } from './launch.ts';
import { type LockHolder, whyStale } from './lock.ts';
import { thisHost } from './processes.ts';
import { readJson } from './read-json.ts';
import type { RunPaths } from './run-directory.ts';

/** The heartbeat of a run (`status.json`). Null where there is no number, or none that is finite. */
export interface Status {
  readonly state: TrainerState;
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
  state: isOneOf(trainerStates),
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

/** What a trainer reports; `writeStatus` adds its process and the time. */
export type StatusReport = Omit<Status, 'host' | 'pid' | 'time'>;

/** Replaces the run's status. Throws a `disk` error. */
export function writeStatus(paths: RunPaths, status: StatusReport): void {
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

/**
 * What a run is really doing: what its trainer said, unless the trainer died without saying so (`lost`), or the
 * run waits for its turn (`queued`).
 */
export interface StateDescription {
  readonly state: RunState;
  readonly reason: string | null;
}

/** What a run is judged by; each is undefined where there is none. */
export interface Evidence {
  readonly status: Status | undefined;
  readonly lock: LockHolder | undefined;
  readonly launch: Launch | undefined;
  /** The last lines that the launched process printed; asked for only where it ended badly. */
  readonly lastOutput: () => readonly string[];
}

/** Judges a run by its status, its lock and its launch; `now` in milliseconds since 1970. */
export function describeState(evidence: Evidence, now: number): StateDescription {
  const { status, lock, launch } = evidence;
  const deathCause = lock === undefined ? undefined : whyStale(lock, now);
  if (lock !== undefined && deathCause === undefined) {
    return status !== undefined && isFrom(status, lock)
      ? { state: status.state, reason: status.message }
      : { state: 'starting', reason: null };
  }
  if (launch?.queued !== undefined) return { state: 'queued', reason: waitsFor(launch.queued) };
  const launched = launch?.process;
  // A launched process that has not written a status yet; one that is older than the status is history.
  const isAwaited =
    launched !== undefined &&
    (status === undefined || (!isFrom(status, launched) && status.time <= launched.time));
  if (isAwaited) {
    if (launch !== undefined && isLaunchAlive(launch, now)) return { state: 'starting', reason: null };
    return endOfLaunch(evidence, 'its process ended before it began to train');
  }
  if (status === undefined) {
    return lock === undefined
      ? { state: 'unknown', reason: null }
      : { state: 'lost', reason: deathCause ?? null };
  }
  const hasEnded = status.state === 'finished' || status.state === 'stopped' || status.state === 'failed';
  // The lock of a process that died while it started again counts, whatever the session before it said.
  if (hasEnded && (lock === undefined || isFrom(status, lock))) {
    return { state: status.state, reason: status.message };
  }
  const cause = deathCause ?? 'its process ended without a word';
  return launched !== undefined && isFrom(status, launched)
    ? { state: 'lost', reason: endOfLaunch(evidence, cause).reason }
    : { state: 'lost', reason: cause };
}

function isFrom(status: Status, process: { readonly host: string; readonly pid: number }): boolean {
  return status.host === process.host && status.pid === process.pid;
}

function waitsFor({ host }: QueueEntry): string | null {
  return host === thisHost ? null : `waits for its turn on ${host}`;
}

/** Signals that a process brings upon itself by a defect. */
const crashes = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'];

/** How a launched process ended that left no last word in the status; `otherwise` where that is not known. */
function endOfLaunch({ launch, lastOutput }: Evidence, otherwise: string): StateDescription {
  const { code = null, signal = null } = launch?.exit ?? {};
  if (signal !== null && !crashes.includes(signal)) {
    const who = signal === 'SIGKILL' ? ': by force, or by the system because memory ran out' : '';
    return { state: 'lost', reason: `its process was ended by ${signal}${who}` };
  }
  const words = lastOutput().join('\n');
  if (signal !== null) {
    return { state: 'lost', reason: `its process crashed (${signal})${words === '' ? '' : `: ${words}`}` };
  }
  if (code === null) return { state: 'lost', reason: otherwise };
  if (words === '') return { state: 'lost', reason: `its process ended with exit code ${code}` };
  return { state: 'failed', reason: words };
}
