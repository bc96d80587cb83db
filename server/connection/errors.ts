import { type Connection, ErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';

/** The error that the editor shows for a failed request. Defects of the server are also logged with their stack. */
export function responseError(error: unknown, connection: Connection): ResponseError<void> {
  if (error instanceof ResponseError) return error;
  if (error instanceof WorkbenchError) return new ResponseError(ErrorCodes.InternalError, error.message);
  logDefect(error, connection);
  return new ResponseError(
    ErrorCodes.InternalError,
    `Internal error in ESRGAN Workbench: ${messageOf(error)}. The log has details.`,
  );
}

/** Logs an error that no caller handles. */
export function logDefect(error: unknown, { console }: Connection): void {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
