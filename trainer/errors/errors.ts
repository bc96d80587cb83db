/**
 * A failure that the user can fix. Its message names the file, key or line, the cause, and what to do. Any other
 * error is a defect of the program.
 */
export class WorkbenchError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WorkbenchError';
    this.code = code;
  }
}

/** Exit code of the command for each kind of failure; the README has the same table. */
export const exitCodes = {
  /** An unexpected failure: a defect of the program. */
  internal: 1,
  /** The command line is not valid. */
  usage: 2,
  /** The run file has errors. */
  config: 3,
  /** Images, weights or other input cannot be read or do not match. */
  data: 4,
  /** The requested engine is not available, or does not support an operation. */
  engine: 5,
  /** The run does not exist, is locked by another process, or has nothing to resume. */
  run: 6,
  /** Training diverged: a scalar is not finite. */
  notFinite: 7,
  /** The disk is full, or the output cannot be written. */
  disk: 8,
  /** Some of several inputs failed; the others succeeded. */
  partial: 9,
  /** Stopped by SIGUSR2, before the time limit of a job; a checkpoint was written. The scheduler may start the job again. */
  timeLimit: 75,
  /** Stopped by Ctrl-C or a stop request; a checkpoint was written. */
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
