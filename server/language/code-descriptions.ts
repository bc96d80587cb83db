import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * Maps the code of a problem to the URL of its documentation: the line of a Markdown page whose table row starts with
 * the code. `undefined` if the page has no such row or cannot be read.
 */
export function codeDescriptionsIn(page: string): (code: string) => string | undefined {
  let lines: ReadonlyMap<string, number> | undefined;
  return (code) => {
    lines ??= linesOfCodes(page);
    const line = lines.get(code);
    return line === undefined ? undefined : `${pathToFileURL(page)}#L${line}`;
  };
}

/** The line of each code, from 1. */
function linesOfCodes(page: string): ReadonlyMap<string, number> {
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
