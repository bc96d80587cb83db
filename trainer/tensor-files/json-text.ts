/** Levels of brackets in a JSON text, which may be invalid. */
export function nestingOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at);
    else if (character === '}' || character === ']') depth--;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
  }
  return deepest;
}

/**
 * The first key that occurs twice in the outermost object of a JSON text, which must be valid. `JSON.parse` silently uses
 * the last of them.
 */
export function repeatedKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === '"') {
      const start = at;
      at = endOfString(json, start);
      // The outermost value is an object, so a string in it before a colon is a key.
      if (depth !== 1 || !colonFollows(json, at + 1)) continue;
      const key = String(JSON.parse(json.slice(start, at + 1)));
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

/** Index of the closing quote of the string that starts at `start`; at least the length of the text if there is none. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

function colonFollows(json: string, from: number): boolean {
  const space = /\s*/y;
  space.lastIndex = from;
  return json[from + (space.exec(json)?.[0].length ?? 0)] === ':';
}
