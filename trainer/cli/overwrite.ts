import { existsSync } from 'node:fs';
import { WorkbenchError } from '../errors/errors.ts';
import { weightFiles } from '../tensor-files/ncnn-file.ts';

/** The option of every command that writes a file which the user names. */
export const overwriteOption = ['--overwrite', 'replace the file if it exists'] as const;

/**
 * Refuses a file that exists unless it may be replaced, before any work is done. The name of a `.param` stands for its
 * `.bin` as well.
 *
 * @throws WorkbenchError `usage`
 */
export function assertNew(path: string, overwrite: boolean): void {
  const existing = overwrite ? undefined : weightFiles(path).find((file) => existsSync(file));
  if (existing !== undefined) throw existingFile(existing);
}

export function existingFile(path: string): WorkbenchError {
  return new WorkbenchError('usage', `${path} exists. Choose another name, or replace it with --overwrite.`);
}
