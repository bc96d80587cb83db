import { basename } from 'node:path';
import { listEventFiles } from './event-files.ts';
import { createEventReader } from './event-reader.ts';
import type { Manifest } from './manifest.ts';
import type { RunPaths } from './run-directory.ts';

/**
 * Where the training stage's steps begin among those of the points. The event file of a session begins with the
 * first step that it logs, and the manifest has the number of steps of the stage before it. Never throws.
 */
export function stepsBeforeTraining(paths: RunPaths, manifest: Manifest | undefined): number {
  const sessions = manifest?.sessions.filter(({ start }) => start.stage === 'training') ?? [];
  const files = listEventFiles(paths.root);
  for (const { start } of sessions.toReversed()) {
    const file = files.findLast((path) => basename(path).endsWith(`.${start.host}.${start.pid}.0`));
    if (file === undefined) continue;
    const [[first] = []] = createEventReader(file).read();
    return first?.kind === 'sessionStart' ? first.step - 1 - start.step : 0;
  }
  return 0;
}
