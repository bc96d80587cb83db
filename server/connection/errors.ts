import { type Connection, ErrorCodes, ResponseError } from 'vscode-languageserver/node';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import type { EditorConnection } from './editor-connection.ts';

/** The error that the editor shows for a failed request. Defects of the server are also logged with their stack. */
export function responseError(error: unknown, connection: EditorConnection): ResponseError<void> {
  if (error instanceof ResponseError) return error;
  const isExpected = error instanceof WorkbenchError;
  if (!isExpected) logDefect(error, connection);
  const message = isExpected
    ? error.message
    : `Internal error in ESRGAN Workbench: ${messageOf(error)}. The log has details.`;
  return new ResponseError(ErrorCodes.InternalError, connection.withRelativePaths(message));
}

/** Logs an error that no caller handles. */
export function logDefect(error: unknown, { console }: Connection): void {
  console.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
