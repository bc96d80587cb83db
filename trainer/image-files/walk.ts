import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors/errors.ts';

/** Which files and subfolders of a folder a walk lists, and which subfolders it enters. */
export interface Selection {
  /** Equal for selections that select the same. */
  readonly key: string;
  takes(name: string): boolean;
  /** The selection in a subfolder; undefined if it cannot contain anything selected. */
  into(name: string): Selection | undefined;
}

/** Selects all files in a folder and its subfolders. */
export const everything: Selection = { key: '', takes: () => true, into: () => everything };

interface Walk {
  /** Not sorted. */
  readonly files: string[];
  /** The subfolders that the selection takes, not sorted. */
  readonly folders: string[];
  /** What cannot be read, and why: one clause each. */
  readonly skipped: string[];
}

interface Visit {
  readonly path: string;
  readonly selection: Selection;
}

/**
 * Lists files and folders below a folder. Skips names that start with a dot. Follows links, but visits each folder once, if possible
 * not by a link. Never throws.
 */
export function walk(folder: string, selection: Selection): Walk {
  const result: Walk = { files: [], folders: [], skipped: [] };
  const visited = new Set<string>();
  const folders: Visit[] = [{ path: folder, selection }];
  const links: Visit[] = [];
  let followed = 0;
  const skip = (path: string, error: unknown) => result.skipped.push(`${path} ${whyUnreadable(error)}`);

  function visit({ path, selection }: Visit): void {
    const real = `${selection.key} ${realpathSync(path)}`;
    if (visited.has(real)) return;
    visited.add(real);
    // In the order of the names, so that of two links to a folder always the same one counts.
    const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) look(join(path, entry.name), entry, selection);
  }

  function look(path: string, entry: Dirent, { takes, into }: Selection): void {
    const { name } = entry;
    if (name.startsWith('.')) return;
    const inside = into(name);
    const isTaken = takes(name);
    if (!isTaken && !inside) return;
    try {
      const isLink = entry.isSymbolicLink();
      const found = isLink ? statSync(path) : entry;
      if (found.isDirectory() && inside) (isLink ? links : folders).push({ path, selection: inside });
      if (isTaken && found.isDirectory()) result.folders.push(path);
      if (isTaken && found.isFile()) result.files.push(path);
    } catch (error) {
      skip(path, error);
    }
  }

  for (let next = folders.pop(); next; next = folders.pop() ?? links[followed++]) {
    try {
      visit(next);
    } catch (error) {
      skip(next.path, error);
    }
  }
  return result;
}

/** Why a path cannot be read, as a predicate. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'leads to nothing';
  // Node.js appends the system call and the path.
  return `cannot be read (${messageOf(error).split(',')[0]})`;
}
