import { type Connection, ErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { WorkbenchError } from '../trainer/errors/errors.ts';

/**
 * An error as the one message that the editor shows for it. A defect of the server also goes to its log, with all
 * that helps to find it.
 */
export function failureOf(error: unknown, connection: Connection): ResponseError<void> {
  if (error instanceof ResponseError) return error;
  if (error instanceof WorkbenchError) return new ResponseError(ErrorCodes.InternalError, error.message);
  logDefect(error, connection);
  const reason = error instanceof Error ? error.message : String(error);
  return new ResponseError(
    ErrorCodes.InternalError,
    `A defect of ESRGAN Workbench: ${reason}. Its log has the details.`,
  );
}

/** Writes an error that nobody waits for to the server's log. */
export function logDefect(error: unknown, { console }: Connection): void {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
