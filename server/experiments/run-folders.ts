import { dirname, resolve } from 'node:path';
import { parseTree } from '../../trainer/config/parse.ts';

/** Where a run file says that runs go when it says nothing. */
const defaultRunsDir = 'runs';

/**
 * The run folder that a run file names, as an absolute path; also where the rest of its text is broken.
 * `file` is its path.
 */
export function runFolderOf(text: string, file: string): string {
  const named = parseTree(text.replace(/^\ufeff/, '')).document.get('runs_dir');
  const runsDir = typeof named === 'string' && named !== '' ? named : defaultRunsDir;
  return resolve(dirname(file), runsDir);
}
