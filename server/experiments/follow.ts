import { join } from 'node:path';
import { statOf } from '../../trainer/files/regular-file.ts';
import { cursorPath } from '../../trainer/mirror/cursor.ts';
import { stages } from '../../trainer/run-state/run-state.ts';
import { readNames } from '../../trainer/runs/atomic-file.ts';
import { listEventFiles } from '../../trainer/runs/event-files.ts';
import { launchPaths } from '../../trainer/runs/launch.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';
import type { Notifications } from '../protocol/messages.ts';
import { type Closable, coalesce, repeat, watchFolder } from './watch.ts';

export type RunPart = Notifications['esrgan/runChanged']['parts'][number];

/** Milliseconds between two looks at a run, at least. */
const pause = 100;

/** Milliseconds between looks that nothing has called for: as a rule, and where the file system never calls. */
const slow = 1000;
const fast = 200;

/** After this many consecutive changes without an event, the file system is taken to report none. */
const silence = 3;

/**
 * Tells which parts of a run change on the disk, each change within a tenth of a second; a fifth where the file
 * system does not tell of changes. A look at a run costs about ten calls of `stat`.
 */
export function followRun(paths: RunPaths, onChange: (parts: readonly RunPart[]) => void): Closable {
  let seen = signatures(paths);
  let isNotified = false;
  let unnotified = 0;

  const look = () => {
    const now = signatures(paths);
    const parts = partNames.filter((part) => now[part] !== seen[part]);
    seen = now;
    if (parts.length > 0) {
      unnotified = isNotified ? 0 : unnotified + 1;
      onChange(parts);
    }
    isNotified = false;
  };
  const looking = coalesce(pause, look);
  const called = () => {
    isNotified = true;
    looking.request();
  };
  const folders = [
    paths.root,
    paths.checkpoints,
    paths.evaluations,
    ...stages.map((stage) => join(paths.samples, stage)),
  ];
  // A folder that is made while the run is followed is heard of by the slow look alone.
  const watches = folders.map((folder) => watchFolder(folder, called));
  const polling = repeat(() => {
    look();
    return unnotified >= silence ? fast : slow;
  });
  return {
    close() {
      for (const each of [...watches, looking, polling]) each.close();
    },
  };
}

/** For each part a text that is another one when the part has changed. */
const signatureOf: Readonly<Record<RunPart, (paths: RunPaths) => string>> = {
  points(paths) {
    return listEventFiles(paths.root).map(sizeOf).join(' ');
  },
  status: (paths) =>
    [paths.status, paths.manifest, paths.lock, paths.launch, cursorPath(paths)].map(identityOf).join(' '),
  samples: (paths) =>
    stages
      .map((stage) => {
        const folder = join(paths.samples, stage);
        const steps = readNames(folder)
          .filter((name) => /^\d+$/.test(name))
          .sort();
        return `${steps.length} ${identityOf(join(folder, steps.at(-1) ?? ''))}`;
      })
      .join(' '),
  checkpoints: (paths) => identityOf(paths.checkpoints),
  evaluations: (paths) => identityOf(paths.evaluations),
  log: (paths) => [paths.log, launchPaths(paths).output].map(sizeOf).join(' '),
};
const partNames: readonly RunPart[] = ['points', 'status', 'samples', 'checkpoints', 'evaluations', 'log'];

function signatures(paths: RunPaths): Record<RunPart, string> {
  const text = (part: RunPart) => {
    try {
      return signatureOf[part](paths);
    } catch {
      // Not readable at present.
      return '';
    }
  };
  return {
    points: text('points'),
    status: text('status'),
    samples: text('samples'),
    checkpoints: text('checkpoints'),
    evaluations: text('evaluations'),
    log: text('log'),
  };
}

function sizeOf(path: string): number {
  return statOf(path)?.size ?? 0;
}

/** A file that is replaced is another file, even if the clock has not moved. */
function identityOf(path: string): string {
  const found = statOf(path);
  return found === undefined ? '' : `${found.ino}:${found.mtimeMs}`;
}
