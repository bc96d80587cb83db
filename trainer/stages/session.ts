import { appendFileSync } from 'node:fs';
import { WorkbenchError } from '../errors/errors.ts';
import { diskError } from '../runs/atomic-file.ts';
import { type RequestKind, takeRequests } from '../runs/control.ts';
import { acquireLock } from '../runs/lock.ts';
import { recoverRun } from '../runs/recover.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { type Status, writeStatus } from '../runs/status.ts';

/** What a trainer says of itself, but for what its process and the clock add. */
export type StatusNow = Omit<Status, 'host' | 'pid' | 'time'>;

/** This process as the one that writes a run directory. */
export interface Session {
  readonly paths: RunPaths;
  status(): StatusNow;
  /** Changes what the heartbeat tells; `now` also writes it at once. */
  tell(change: Partial<StatusNow>, now?: boolean): void;
  /** Appends a line to the run's log. */
  log(line: string): void;
  /** Takes the requests that came in; throws where the heartbeat failed, such as when the disk is full. */
  requests(): RequestKind[];
  /** Last words, and the lock goes back. */
  end(change: Partial<StatusNow>): void;
}

/** Milliseconds between heartbeats. */
const heartbeat = 2000;

/**
 * Takes the run's lock, tidies up after a killed predecessor, and keeps status and lock alive from now on,
 * whatever the trainer is busy with.
 *
 * @throws WorkbenchError `run` where another process trains this run
 */
export function openSession(paths: RunPaths, initial: StatusNow): Session {
  const lock = acquireLock(paths);
  recoverRun(paths);
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
    tell(change, now = false) {
      status = { ...status, ...change };
      if (now) beat();
    },
    log(line) {
      try {
        appendFileSync(paths.log, `${new Date().toISOString()} ${line}\n`);
      } catch (error) {
        throw diskError(paths.log, error);
      }
    },
    requests() {
      if (failure) throw failure;
      return takeRequests(paths);
    },
    end(change) {
      clearInterval(timer);
      status = { ...status, ...change, rate: null, etaSeconds: null };
      try {
        writeStatus(paths, status);
        lock.release();
      } catch (error) {
        // On a full disk, or when another process took over, there is nothing left to say here.
        if (!(error instanceof WorkbenchError)) throw error;
      }
    },
  };
}
