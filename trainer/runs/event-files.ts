import { join } from 'node:path';
import { readNames } from './atomic-file.ts';

/** Whether TensorBoard takes a file of this name for an event file. */
export function isEventFile(name: string): boolean {
  return name.includes('tfevents');
}

/** Whether these seconds since 1970 are a time that a `Date` can have. */
export function isTime(seconds: number): boolean {
  return Math.abs(seconds) <= 8.64e12;
}

/** The seconds since 1970 in the name of an event file, which order the files of a run; 0 if there are none. */
export function eventFileSeconds(name: string): number {
  const seconds = Number(/tfevents\.(\d+)/.exec(name)?.[1] ?? 0);
  return isTime(seconds) ? seconds : 0;
}

/** Paths of a folder's event files, in the order in which they were started; empty if there is no such folder. */
export function listEventFiles(folder: string): string[] {
  return readNames(folder)
    .filter(isEventFile)
    .map((name) => ({ name, seconds: eventFileSeconds(name) }))
    .sort((a, b) => a.seconds - b.seconds || (a.name < b.name ? -1 : 1))
    .map(({ name }) => join(folder, name));
}
