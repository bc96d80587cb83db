import { realpathSync } from 'node:fs';
import { isInside } from '../files/paths.ts';

/**
 * Whether a file of a run is a link to one outside of it. A run directory may be another person's, and must not make a
 * mirror upload the files of the person who uploads it. Never throws.
 */
export function leadsOutside(root: string, path: string): boolean {
  try {
    return !isInside(realpathSync(root), realpathSync(path));
  } catch {
    // There is no such file.
    return false;
  }
}
