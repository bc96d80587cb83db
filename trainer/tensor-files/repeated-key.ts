/**
 * The first key that stands twice in the outermost object of a JSON text; `JSON.parse` would silently keep the
 * last. The text must be valid JSON.
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
      at = endOfText(json, start);
      // The outermost value is an object, so that a text in it before a colon is a key.
      if (depth !== 1 || !colonFollows(json, at + 1)) continue;
      const key = String(JSON.parse(json.slice(start, at + 1)));
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}

/** The index of the quote that ends the text whose first quote stands at `start`. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

function colonFollows(json: string, from: number): boolean {
  const space = /\s*/y;
  space.lastIndex = from;
  return json[from + (space.exec(json)?.[0].length ?? 0)] === ':';
}
