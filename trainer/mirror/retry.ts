import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, WorkbenchError } from '../errors/errors.ts';

/** A failure that may pass: a cut connection, an overloaded server. Its message is a clause. */
export class TransientError extends Error {
  /** Milliseconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(message: string, retryAfter?: number) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

export interface RetryOptions {
  /** Ends the wait and the attempt. */
  readonly signal: AbortSignal;
  /** Called with the reason of the first failure in a row. */
  readonly onTrouble: (reason: string) => void;
  /** Waits so many milliseconds; another function in tests. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  /** From 0 to 1; another function in tests. */
  readonly random?: () => number;
}

/** Milliseconds: twice as many with each failure, up to a limit, and up to a quarter more. */
const firstDelay = 2000;
const longestDelay = 60_000;

/** About a day. */
const mostAttempts = 1440;

/**
 * Repeats an attempt until it succeeds.
 *
 * @throws WorkbenchError `data` after about a day of failures, `interrupted` by the signal; and what the attempt throws,
 * if that is no `TransientError`
 */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, onTrouble, random = Math.random } = options;
  const wait = options.wait ?? ((milliseconds) => delay(milliseconds, undefined, { signal }));
  for (let failures = 1; ; failures++) {
    if (signal.aborted) throw interrupted();
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw interrupted();
      if (!(error instanceof TransientError)) throw error;
      if (failures === mostAttempts) {
        throw new WorkbenchError('data', `W&B cannot be reached: ${messageOf(error)}. ${rest}`);
      }
      if (failures === 1) onTrouble(error.message);
      await wait(error.retryAfter ?? delayAfter(failures, random()), signal).catch(() => {});
    }
  }
}

const rest = 'The same command continues the upload.';

/** Milliseconds to wait after so many failures; `random` from 0 to 1. */
export function delayAfter(failures: number, random: number): number {
  return Math.min(firstDelay * 2 ** (failures - 1), longestDelay) * (1 + random / 4);
}

export function interrupted(): WorkbenchError {
  return new WorkbenchError('interrupted', `The upload was stopped. ${rest}`);
}

/** The wait of a `Retry-After` header in milliseconds, at most ten minutes: seconds, or a date. */
export function retryAfterOf(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const milliseconds = /^\d+(\.\d+)?$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.min(Math.max(milliseconds, 0), 600_000);
}
