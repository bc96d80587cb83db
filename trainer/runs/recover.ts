import { dirname, join } from 'node:path';
import { discardSync } from '../files/change-files.ts';
import { readNames, removeTemporaries } from './atomic-file.ts';
import { recoverCheckpoints } from './checkpoints.ts';
import { dropEarlierRequests, type TakenRequests } from './control.ts';
import { dequeue, launchPaths } from './launch.ts';
import type { RunPaths } from './run-directory.ts';

/**
 * Cleans up after killed processes, deletes the requests that were sent to them, and removes the run from the queue,
 * even if it was started from a terminal. A trainer calls this once it holds the run's lock, before it looks for a
 * checkpoint.
 */
export function recoverRun(paths: RunPaths, taken: TakenRequests): void {
  dequeue(paths);
  dropEarlierRequests(paths, taken);
  discardSync(launchPaths(paths).killed);
  const samples = readNames(paths.samples).flatMap((stage) =>
    readNames(join(paths.samples, stage)).map((step) => join(paths.samples, stage, step)),
  );
  for (const folder of [paths.root, paths.control, paths.evaluations, ...samples])
    removeTemporaries(folder, 0);
  // The editor writes to `launch`, and may have deleted a run next to this one.
  for (const folder of [paths.launch, dirname(paths.root)]) removeTemporaries(folder);
  recoverCheckpoints(paths);
}
