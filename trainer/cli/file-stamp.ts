import { statOf } from '../files/regular-file.ts';

/** Identifies the state of a file. */
export function stampOf(path: string): string {
  const found = statOf(path);
  return `${path} ${found?.mtimeMs} ${found?.size}`;
}
