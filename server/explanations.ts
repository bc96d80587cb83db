import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Leads from the code of a problem to the line of a page that explains it, as an address that editors open there:
 * the row of a table that begins with the code. `undefined` where the page has none, or is not there.
 */
export function explanationsIn(page: string): (code: string) => string | undefined {
  let lines: ReadonlyMap<string, number> | undefined;
  return (code) => {
    lines ??= codesIn(page);
    const line = lines.get(code);
    return line === undefined ? undefined : `${pathToFileURL(page)}#L${line}`;
  };
}

/** Of each code, its line from 1. */
function codesIn(page: string): ReadonlyMap<string, number> {
  let text: string;
  try {
    text = readFileSync(page, 'utf8');
  } catch {
    return new Map();
  }
  const found = new Map<string, number>();
  for (const [index, line] of text.split('\n').entries()) {
    const cell = /^\| ((?:`[a-z-]+`(?:, )?)+) \|/.exec(line)?.[1] ?? '';
    for (const [, code = ''] of cell.matchAll(/`([a-z-]+)`/g)) {
      if (!found.has(code)) found.set(code, index + 1);
    }
  }
  return found;
}
