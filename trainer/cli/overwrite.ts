import { existsSync } from 'node:fs';
import { WorkbenchError } from '../errors/errors.ts';

/** The option of every command that writes a file which the user names. */
export const overwriteOption = ['--overwrite', 'replace the file if it exists'] as const;

/**
 * Refuses a file that exists unless it may be replaced, before any work is done.
 *
 * @throws WorkbenchError `usage`
 */
export function assertNew(path: string, overwrite: boolean): void {
  if (!overwrite && existsSync(path)) throw existingFile(path);
}

export function existingFile(path: string): WorkbenchError {
  return new WorkbenchError('usage', `${path} exists. Choose another name, or replace it with --overwrite.`);
}
