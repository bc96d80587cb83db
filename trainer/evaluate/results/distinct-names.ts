import { sep } from 'node:path';

/**
 * Names of runs to show next to each other: the last part of each path, with the folders before it as far as they are
 * needed to tell it from the other runs.
 *
 * @param roots run directories, absolute
 */
export function distinctNames(roots: readonly string[]): string[] {
  return roots.map((root) => {
    const parts = root.split(sep);
    const others = roots.filter((other) => other !== root);
    for (let count = 1; count < parts.length; count++) {
      const end = sep + parts.slice(-count).join(sep);
      if (!others.some((other) => other.endsWith(end))) return parts.slice(-count).join('/');
    }
    return root;
  });
}
