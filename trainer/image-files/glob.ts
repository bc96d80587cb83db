import { existsSync } from 'node:fs';
import picomatch from 'picomatch';

/** A pattern for the paths of files. */
interface Glob {
  /** The folder that contains all matches. */
  readonly folder: string;
  /** Tests a path relative to the folder. */
  matches(path: string): boolean;
}

/**
 * Parses a path with wildcards: `*`, `?`, `[0-9]`, `{a,b}`, `!(a|b)`, `@(a|b)`, and `**` for any number of folders. `\`
 * separates folders, as `/` does. Undefined for a path without wildcards. The name of an existing folder is literal.
 */
export function parseGlob(pattern: string): Glob | undefined {
  const parts = pattern.replaceAll('\\', '/').split('/');
  const first = parts.findIndex(
    (part, index) => hasWildcard(part) && !existsSync(parts.slice(0, index + 1).join('/')),
  );
  if (first === -1) return undefined;
  const matches = picomatch(withLiterals(parts.slice(first).join('/')), {
    dot: true,
    nonegate: true,
    posix: true,
    windows: false,
  });
  return {
    folder: parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.'),
    matches: (path) => matches(path.replaceAll('\\', '/')),
  };
}

function hasWildcard(part: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^{}]*\}|[!@]\([^()]*\)/.test(part);
}

/** Names such as `x (1).png` are common: only `!(` and `@(` start a group. Braces without a choice are redundant. */
function withLiterals(pattern: string): string {
  return pattern.replaceAll(/(?<![!@])\(/g, '\\(').replaceAll(/\{([^{},.]*)\}/g, '$1');
}
