import { existsSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import picomatch from 'picomatch';
import type { Selection } from './walk.ts';

/** A path with wildcards. */
export interface Glob {
  /** The folder that contains all matches. */
  readonly folder: string;
  /** The matches in it; a string says why the pattern cannot be used. */
  readonly selection: Selection | string;
}

/** What the meaning of a pattern depends on. */
export interface System {
  readonly platform: NodeJS.Platform;
  exists(path: string): boolean;
}

const thisSystem: System = { platform: process.platform, exists: existsSync };

/** A part of a pattern between slashes: any folders, or a test of a name. */
type Part = typeof anyFolders | ((name: string) => boolean);

const anyFolders = '**';

/** In characters. No system has longer paths. */
const longestPath = 32_767;

/** Stars, and groups, of a part. The time to test a name grows exponentially with their number. */
const mostWildcards = 3;

/**
 * Parses a path with wildcards: `*`, `?`, `[0-9]`, `{a,b}`, `!(a|b)`, `@(a|b)`, none of which contain a separator, and
 * `**` for any number of folders. Undefined for a path without wildcards. Names of existing folders are literal. On
 * Windows, `\` separates folders as `/` does. Windows and macOS ignore case, as their file systems do.
 */
export function parseGlob(pattern: string, system: System = thisSystem): Glob | undefined {
  if (pattern.length > longestPath) return undefined;
  const isWindows = system.platform === 'win32';
  const written = isWindows ? pattern.replaceAll('\\', '/') : pattern;
  const { root } = (isWindows ? win32 : posix).parse(written);
  const names = written.slice(root.length).split('/');
  const folderOf = (count: number) => root + names.slice(0, count).join('/');
  const first = names.findIndex((name, i) => hasWildcard(name) && !system.exists(folderOf(i + 1)));
  if (first === -1) return undefined;
  const own = names.slice(first).filter((name) => name !== '' && name !== '.');
  return { folder: folderOf(first) || '.', selection: selectionOf(own, system.platform) };
}

function hasWildcard(name: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^{}]*\}|[!@]\([^()]*\)/.test(name);
}

function selectionOf(names: readonly string[], platform: NodeJS.Platform): Selection | string {
  const complex = names.find((name) => isMore(name.match(/\*+/g)) || isMore(name.match(/[{(]/g)));
  if (complex !== undefined) {
    const most = `${mostWildcards} \`*\` and ${mostWildcards} groups`;
    return `\`${complex}\` has more than ${most}: use fewer, or several data sets`;
  }
  const ignoresCase = platform === 'win32' || platform === 'darwin';
  const parts = names.map((name): Part => (name === anyFolders ? anyFolders : testOf(name, ignoresCase)));
  // `a/**` are all files in `a`.
  if (parts.at(-1) === anyFolders) parts.push(() => true);
  return selectionFrom(parts, [0]);
}

function isMore(wildcards: readonly string[] | null): boolean {
  return wildcards !== null && wildcards.length > mostWildcards;
}

function testOf(name: string, ignoresCase: boolean): (name: string) => boolean {
  return picomatch(withLiterals(name.replaceAll(/\*+/g, '*')), {
    dot: true,
    nocase: ignoresCase,
    nonegate: true,
    posix: true,
    windows: false,
  });
}

/**
 * Names such as `x (1).png` are common: only `!(` and `@(` start a group. Braces without a choice are redundant. What
 * is left of `\` belongs to a name.
 */
function withLiterals(name: string): string {
  return name
    .replaceAll('\\', '\\\\')
    .replaceAll(/(?<![!@])\(/g, '\\(')
    .replaceAll(/\{([^{},.]*)\}/g, '$1');
}

/** What the parts select once the names so far have led to some of them. */
function selectionFrom(parts: readonly Part[], indices: Iterable<number>): Selection {
  const current = new Set(indices);
  // `**` also stands for no folder. The loop includes what it adds.
  for (const i of current) if (parts[i] === anyFolders) current.add(i + 1);
  const last = parts.length - 1;
  const fits = (i: number, name: string) => {
    const part = parts[i];
    return typeof part === 'function' && part(name);
  };
  return {
    key: [...current].sort((a, b) => a - b).join(),
    takes: (name) => current.has(last) && fits(last, name),
    into(name) {
      const next = [...current].flatMap((i) => {
        if (parts[i] === anyFolders) return i;
        return i < last && fits(i, name) ? i + 1 : [];
      });
      return next.length === 0 ? undefined : selectionFrom(parts, next);
    },
  };
}
