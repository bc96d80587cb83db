import { appendFileSync } from 'node:fs';
import { WorkbenchError } from '../errors/errors.ts';
import { printable } from '../errors/quoted.ts';
import { retrySync } from '../files/change-files.ts';
import { diskError } from '../runs/atomic-file.ts';
import { type RequestKind, type TakenRequests, takeRequests } from '../runs/control.ts';
import { acquireLock } from '../runs/lock.ts';
import { recoverRun } from '../runs/recover.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { type StatusReport, writeStatus } from '../runs/status.ts';

/** The process that holds the lock of a run directory and writes to it. */
export interface TrainingSession {
  readonly paths: RunPaths;
  status(): StatusReport;
  /** Changes the status that the next heartbeat writes; `now` writes it immediately. */
  setStatus(change: Partial<StatusReport>, options?: { readonly now?: boolean }): void;
  /** Appends a line to the run's log. */
  log(line: string): void;
  /** The requests since the last call, the oldest first. Throws if a heartbeat failed, for example on a full disk. */
  takeRequests(): RequestKind[];
  /** Writes the final status and releases the lock. */
  close(change: Partial<StatusReport>): void;
}

/** Milliseconds between heartbeats. */
const heartbeat = 2000;

/**
 * Takes the run's lock, cleans up after a killed process, and from then on renews the lock and writes the status
 * every two seconds.
 *
 * @throws WorkbenchError `run` if another process trains this run
 */
export function openTrainingSession(paths: RunPaths, initial: StatusReport): TrainingSession {
  const lock = acquireLock(paths);
  const taken: TakenRequests = new Map();
  recoverRun(paths, taken);
  let status = initial;
  let failure: unknown;
  const beat = () => {
    try {
      lock.touch();
      writeStatus(paths, status);
    } catch (error) {
      failure ??= error;
    }
  };
  const timer = setInterval(beat, heartbeat);
  beat();

  return {
    paths,
    status: () => status,
    setStatus(change, { now = false } = {}) {
      status = { ...status, ...change };
      if (now) beat();
    },
    log(line) {
      try {
        // Further lines of a message are indented, so that no text can look like an entry.
        const entry = printable(line).replaceAll('\n', '\n  ');
        const text = `${new Date().toISOString()} ${entry}\n`;
        retrySync(() => appendFileSync(paths.log, text));
      } catch (error) {
        throw diskError(paths.log, error);
      }
    },
    takeRequests() {
      if (failure) throw failure;
      return takeRequests(paths, taken);
    },
    close(change) {
      clearInterval(timer);
      status = { ...status, ...change, rate: null, etaSeconds: null };
      try {
        writeStatus(paths, status);
        lock.release();
      } catch (error) {
        // The disk is full, or another process took the lock over: then there is no place to report it.
        if (!(error instanceof WorkbenchError)) throw error;
      }
    },
  };
}
