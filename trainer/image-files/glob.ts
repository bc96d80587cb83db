/** Whether a path has any of the signs that stand for several paths: `*`, `?` or `{a,b}`. */
export function isGlob(path: string): boolean {
  return /[*?]|\{[^{}]*\}/.test(path);
}

/** The folder in front of the first part with a sign: all matches lie below it. */
export function globFolder(pattern: string): string {
  const parts = pattern.replaceAll('\\', '/').split('/');
  const first = parts.findIndex(isGlob);
  return parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
}

/**
 * What a pattern matches, for paths with `/` between their parts: `*` any characters of one part, `**` as a
 * whole part any number of parts, `?` one character, `{a,b}` one of the alternatives (not nested).
 */
export function globToRegExp(pattern: string): RegExp {
  const source = pattern
    .replaceAll('\\', '/')
    .replace(/\*\*\/|\*\*|[*?]|\{[^{}]*\}|[.+^${}()|[\]\\]/g, (sign) => {
      if (sign === '**/') return '(?:[^/]+/)*';
      if (sign === '**') return '.*';
      if (sign === '*') return '[^/]*';
      if (sign === '?') return '[^/]';
      if (sign.length > 1) return `(?:${sign.slice(1, -1).split(',').map(escapePart).join('|')})`;
      return `\\${sign}`;
    });
  return new RegExp(`^${source}$`);
}

/** An alternative of `{a,b}` may hold `*` and `?`. */
function escapePart(part: string): string {
  return part
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
}
