import { join } from 'node:path';
import { readNames } from './atomic-file.ts';

/** Whether a file name is one of TensorBoard's event files; the rule is TensorBoard's own. */
export function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}

/** The seconds since 1970 in an event file's name, by which the files of a run are ordered; 0 without any. */
export function eventFileSeconds(name: string): number {
  return Number(/tfevents\.(\d+)/.exec(name)?.[1] ?? 0);
}

/** Paths of a folder's event files, in the order in which they were begun. No folder: none. */
export function listEventFiles(folder: string): string[] {
  return readNames(folder)
    .filter(isEventFile)
    .sort((a, b) => eventFileSeconds(a) - eventFileSeconds(b) || (a < b ? -1 : 1))
    .map((name) => join(folder, name));
}
