import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { nodeEnvironment, type Programs } from './start.ts';

/** More than any list that is asked for, in bytes. */
const maximumOutput = 2 ** 26;

/**
 * What the command `esrgan` answers to these words as JSON, in a folder. Rejects with its own message where it
 * fails.
 */
export async function askCommand(
  { node, esrgan }: Programs,
  words: readonly string[],
  folder: string,
): Promise<unknown> {
  try {
    const { stdout } = await promisify(execFile)(node, [esrgan, ...words], {
      cwd: folder,
      env: nodeEnvironment(),
      maxBuffer: maximumOutput,
      windowsHide: true,
    });
    return JSON.parse(stdout);
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const reason = said === '' ? String(error instanceof Error ? error.message : error) : said;
    throw new WorkbenchError('internal', `\`esrgan ${words.join(' ')}\` failed: ${reason}`, { cause: error });
  }
}
