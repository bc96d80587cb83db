import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tryRemoveFileSync } from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { readSmallFile } from '../files/small-file.ts';
import { diskError, readNames, writeFileAtomic } from './atomic-file.ts';
import { type ProcessIdentity, thisHost } from './processes.ts';
import type { RunPaths } from './run-directory.ts';

/** The requests to a trainer: each is a file of that name in `control/`. */
export const requestKinds = ['stop', 'pause', 'resume', 'checkpoint', 'validate'] as const;
export type RequestKind = (typeof requestKinds)[number];

/**
 * Sends a request to the run's trainer. The same request twice before the trainer reads it counts once. Throws a
 * `disk` error.
 *
 * @param trainer a process that is starting to train the run, and would otherwise delete the request with earlier ones
 * @returns whether the same request was pending
 */
export function sendRequest(
  paths: RunPaths,
  kind: RequestKind,
  trainer?: Pick<ProcessIdentity, 'host' | 'pid'>,
): boolean {
  const file = join(paths.control, kind);
  const isPending = existsSync(file);
  const receiver = trainer === undefined ? '' : `${addressOf(trainer)}\n`;
  try {
    createFolderSync(paths.control);
  } catch (error) {
    throw diskError(paths.control, error);
  }
  writeFileAtomic(file, receiver);
  return isPending;
}

function addressOf({ host, pid }: Pick<ProcessIdentity, 'host' | 'pid'>): string {
  return `${host}.${pid}`;
}

/** Deletes the requests that were sent before this process began to train the run, to others. Never throws. */
export function dropEarlierRequests(paths: RunPaths, taken: TakenRequests): void {
  for (const kind of requestKinds) {
    const found = identify(paths, kind);
    if (found === undefined || isForThisProcess(join(paths.control, kind))) continue;
    if (!tryRemoveFileSync(join(paths.control, kind))) taken.set(kind, found.identity);
  }
}

function isForThisProcess(path: string): boolean {
  const read = readSmallFile(path, 1000);
  return read.state === 'read' && read.value.trim() === addressOf({ host: thisHost, pid: process.pid });
}

/** For each kind the request that was taken last, if its file could not be deleted yet. */
export type TakenRequests = Map<RequestKind, string>;

/**
 * The requests since the last call, the oldest first. Never throws, and returns a request only once even if its file cannot
 * be deleted, because another program has it open. A trainer calls this after each step; without requests it takes
 * microseconds.
 *
 * @param taken the same map for all calls of a process
 */
export function takeRequests(paths: RunPaths, taken: TakenRequests): RequestKind[] {
  const names = readNames(paths.control);
  if (names.length === 0) return [];
  return requestKinds
    .filter((kind) => names.includes(kind))
    .flatMap((kind) => identify(paths, kind) ?? [])
    .sort((a, b) => a.time - b.time)
    .flatMap(({ kind, identity }) => {
      const isNew = taken.get(kind) !== identity;
      if (tryRemoveFileSync(join(paths.control, kind))) taken.delete(kind);
      else taken.set(kind, identity);
      return isNew ? [kind] : [];
    });
}

/** A request that is there now. Its file is replaced by each new request, so that the file shows which one it is. */
function identify(paths: RunPaths, kind: RequestKind) {
  try {
    const { ino, mtimeMs } = statSync(join(paths.control, kind));
    return { kind, time: mtimeMs, identity: `${ino}:${mtimeMs}` };
  } catch {
    return undefined;
  }
}
