import { readFileSync } from 'node:fs';
import type { Guard } from '../guards/guards.ts';

/** Contents of a JSON file; undefined if the file is missing, is not JSON or fails the guard. */
export function readJson<T>(path: string, guard: Guard<T>): T | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return guard(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
