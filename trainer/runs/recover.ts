import { removeTemporaries } from './atomic-file.ts';
import { recoverCheckpoints } from './checkpoints.ts';
import { takeRequests } from './control.ts';
import { dequeue } from './launch.ts';
import type { RunPaths } from './run-directory.ts';

/**
 * Tidies up after processes that were killed, drops requests that were meant for them, and takes the run out of
 * the queue: its turn has come, whoever started it. A trainer calls this once it holds the run's lock, before it
 * looks for a checkpoint.
 */
export function recoverRun(paths: RunPaths): void {
  dequeue(paths);
  takeRequests(paths);
  for (const folder of [paths.root, paths.control, paths.evaluations]) removeTemporaries(folder);
  recoverCheckpoints(paths);
}
