import { readJsonFile } from '../files/small-file.ts';
import type { Guard } from '../guards/guards.ts';

/** Contents of a JSON file, to show; undefined if it is missing or anything else than that. Never throws. */
export function readJson<T>(path: string, guard: Guard<T>): T | undefined {
  const read = readJsonFile(path, guard);
  return read.state === 'read' ? read.value : undefined;
}
