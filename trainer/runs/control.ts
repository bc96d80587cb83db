import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readNames, writeFileAtomic } from './atomic-file.ts';
import type { RunPaths } from './run-directory.ts';

/** The requests to a trainer: each is a file of that name in `control/`. */
export const requestKinds = ['stop', 'pause', 'resume', 'checkpoint', 'validate'] as const;
export type RequestKind = (typeof requestKinds)[number];

/**
 * Sends a request to the run's trainer. The same request twice before the trainer reads it counts once. Throws a
 * `disk` error.
 *
 * @returns whether the same request was pending
 */
export function sendRequest(paths: RunPaths, kind: RequestKind): boolean {
  const file = join(paths.control, kind);
  const isPending = existsSync(file);
  writeFileAtomic(file, `${new Date().toISOString()}\n`);
  return isPending;
}

/**
 * The requests since the last call, the oldest first. Never throws. A trainer calls this after each step; without
 * requests it takes microseconds.
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
