import { dirname } from 'node:path';
import type { RunSummary } from '../../server/protocol/runs.ts';

/**
 * The folders whose files a comparison of `runs` may load. A run's whole folder is granted, so that the page can add runs
 * of it without a reload. The page itself names the runs, so those that the server does not know grant nothing.
 */
export function grantedFolders(
  runs: readonly string[],
  known: readonly Pick<RunSummary, 'run'>[],
): readonly string[] {
  const folders = known.filter(({ run }) => runs.includes(run)).map(({ run }) => dirname(run));
  return [...new Set(folders)];
}
