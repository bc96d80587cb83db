import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readNames, writeFileAtomic } from './atomic-file.ts';
import type { RunPaths } from './run-directory.ts';

/** What can be asked of a running trainer: a file of that name in `control/` asks it. */
export const requestKinds = ['stop', 'pause', 'resume', 'checkpoint', 'validate'] as const;
export type RequestKind = (typeof requestKinds)[number];

/**
 * Asks the run's trainer for something; asking twice before it looks is asking once. Throws a `disk` error.
 *
 * @returns whether the same was asked before and the trainer has not looked since
 */
export function sendRequest(paths: RunPaths, kind: RequestKind): boolean {
  const file = join(paths.control, kind);
  const isPending = existsSync(file);
  writeFileAtomic(file, `${new Date().toISOString()}\n`);
  return isPending;
}

/**
 * The requests since the last call, the oldest first, each handed out once. Never throws. A trainer calls this
 * after each step; it takes some microseconds while there are none.
 */
export function takeRequests(paths: RunPaths): RequestKind[] {
  const names = readNames(paths.control);
  if (names.length === 0) return [];
  return requestKinds
    .filter((kind) => names.includes(kind))
    .map((kind) => ({ kind, path: join(paths.control, kind) }))
    .map(({ kind, path }) => ({ kind, path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.time - b.time)
    .map(({ kind, path }) => {
      rmSync(path, { force: true });
      return kind;
    });
}
