/**
 * Failures that a person can act on. Their message names the file, key or line, what was found, what is
 * allowed and how to mend it. Anything else that is thrown is a defect of the program.
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
  /** An unforeseen failure: a defect of the program. */
  internal: 1,
  /** The command line could not be understood. */
  usage: 2,
  /** The run file has errors. */
  config: 3,
  /** Images, weights or other input could not be read or do not fit. */
  data: 4,
  /** The engine asked for is not available, or an operation cannot run on it. */
  engine: 5,
  /** The run does not exist, is locked by another process, or has nothing to resume. */
  run: 6,
  /** The loss stopped being a finite number. */
  notFinite: 7,
  /** The disk is full or the output cannot be written. */
  disk: 8,
  /** Some of several inputs failed; the others were done. */
  partial: 9,
  /** Stopped by Ctrl-C or a stop request; a checkpoint was written. */
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof exitCodes;

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
