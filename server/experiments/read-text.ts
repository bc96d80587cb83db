import { readFileSync } from 'node:fs';
import { WorkbenchError } from '../../trainer/errors/errors.ts';

/** The text of a file. Throws a `data` error that names it. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new WorkbenchError('data', `${path} cannot be read: ${reason}`, { cause: error });
  }
}
