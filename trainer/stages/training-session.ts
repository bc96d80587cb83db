import { appendFileSync, closeSync } from 'node:fs';
import { WorkbenchError } from '../errors/errors.ts';
import { printable } from '../errors/quoted.ts';
import { retrySync } from '../files/change-files.ts';
import { openToAppend } from '../files/regular-file.ts';
import { diskError } from '../runs/atomic-file.ts';
import { type RequestKind, type TakenRequests, takeRequests } from '../runs/control.ts';
import { jobStartOf } from '../runs/job.ts';
import { acquireRunLock } from '../runs/lock.ts';
import { recoverRun } from '../runs/recover.ts';
import { announce, type RunPaths } from '../runs/run-directory.ts';
import { isEarlierStart, type StatusReport, writeStatus } from '../runs/status.ts';

/** The process that holds the lock of a run directory and writes to it. */
export interface TrainingSession {
  /** To read from; `writable` to write to. */
  readonly paths: RunPaths;
  /**
   * The paths of the run, if this process still holds its lock. Call it immediately before each write.
   *
   * @throws WorkbenchError `run` if another process took the lock over
   */
  writable(): RunPaths;
  status(): StatusReport;
  /** Changes the status that the next heartbeat writes; `now` writes it immediately. */
  setStatus(change: Partial<StatusReport>, options?: { readonly now?: boolean }): void;
  /** Appends a line to the run's log. */
  log(line: string): void;
  /**
   * The requests since the last call, the oldest first.
   *
   * @throws WorkbenchError `disk` if no heartbeat could be written for a minute, `run` if the lock is lost
   */
  takeRequests(): RequestKind[];
  /** Writes the final status and releases the lock. */
  close(change: Partial<StatusReport>): void;
}

/** Milliseconds between heartbeats. */
const heartbeat = 2000;

/** Heartbeats in a row, of a minute, that may fail: a network drive may be away for a moment. */
const maximumFailedBeats = 60_000 / heartbeat;

interface SessionOptions {
  /** Receives what a person should know. */
  readonly onLine: (line: string) => void;
  /** Ends the wait for a lock. */
  readonly stop: AbortSignal;
  /** Milliseconds to wait for a live process that holds the lock. */
  readonly lockPatience?: number;
}

/**
 * Takes the run's lock, cleans up after a killed process, and from then on renews the lock and writes the status
 * every two seconds.
 *
 * @throws WorkbenchError `run` if another process trains this run
 */
export async function openTrainingSession(
  paths: RunPaths,
  initial: StatusReport,
  { onLine, stop, lockPatience = 0 }: SessionOptions,
): Promise<TrainingSession> {
  const job = jobStartOf(process.env);
  const lock = await acquireRunLock(paths, {
    onWait: onLine,
    stop,
    patience: lockPatience,
    isDead: (holder) => isEarlierStart(paths, holder, job),
  });
  const taken: TakenRequests = new Map();
  recoverRun(paths, taken);
  let status = initial;
  let failure: unknown;
  let failedBeats = 0;

  const beat = () => {
    try {
      lock.touch();
      writeStatus(paths, status);
      failedBeats = 0;
    } catch (error) {
      failedBeats++;
      if (!(error instanceof WorkbenchError) || error.code === 'run') failure ??= error;
      else if (failedBeats === 1)
        warn(`${error.message} Training continues, and tries it again for a minute.`);
      else if (failedBeats === maximumFailedBeats) failure ??= heartbeatError(paths, error);
    }
  };

  function warn(line: string): void {
    onLine(line);
    try {
      appendToLog(line);
    } catch (error) {
      // What prevents the heartbeat may prevent this too.
      if (!(error instanceof WorkbenchError)) throw error;
    }
  }

  function appendToLog(line: string): void {
    try {
      // Further lines of a message are indented, so that no text can look like an entry.
      const entry = printable(line).replaceAll('\n', '\n  ');
      const text = `${new Date().toISOString()} ${entry}\n`;
      const file = retrySync(() => openToAppend(writable().log));
      try {
        appendFileSync(file, text);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw diskError(paths.log, error);
    }
  }

  const timer = setInterval(beat, heartbeat);
  beat();
  announce(paths);

  function writable(): RunPaths {
    lock.assertHeld();
    return paths;
  }

  return {
    paths,
    writable,
    status: () => status,
    setStatus(change, { now = false } = {}) {
      status = { ...status, ...change };
      if (now) beat();
    },
    log: appendToLog,
    takeRequests() {
      if (failure) throw failure;
      return takeRequests(writable(), taken);
    },
    close(change) {
      clearInterval(timer);
      status = { ...status, ...change, rate: null, etaSeconds: null };
      for (const step of [() => writeStatus(writable(), status), () => lock.release()]) {
        try {
          step();
        } catch (error) {
          // The disk is full, or another process took the lock over: then there is no place to report it.
          if (!(error instanceof WorkbenchError)) throw error;
        }
      }
    },
  };
}

function heartbeatError(paths: RunPaths, cause: WorkbenchError): WorkbenchError {
  return new WorkbenchError(
    'disk',
    `The heartbeat of run ${paths.name} could not be written for a minute, so another process may take the run over. ${cause.message} Then continue with \`--resume\`.`,
    { cause },
  );
}
