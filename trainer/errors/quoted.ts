/** Characters that break a line, control a terminal, or change the text direction. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Control characters except line breaks and tabs, and characters that change the text direction or break lines. */
const controls =
  /[^\P{Cc}\n\r\t]|\r(?!\n)|[\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text for a terminal or a log, which names and metadata of files must not control: the characters that could are
 * escaped, such as `\u001b`. JSON keeps its meaning.
 */
export function printable(text: string): string {
  return text.replaceAll(controls, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A value from an untrusted file as JSON for a message: short, on one line, without control characters. */
export function quoted(value: unknown): string {
  const json = JSON.stringify(excerpt(value, 3, { left: mostParts })) ?? 'undefined';
  return (json.length > 500 ? `${json.slice(0, 200)}…` : json).replaceAll(unprintable, ' ');
}

/** More than a message shows. */
const mostParts = 300;

/** The first parts of a value, down to a depth. Whole values of untrusted files can be too large and too deep for JSON. */
function excerpt(value: unknown, depth: number, parts: { left: number }): unknown {
  if (typeof value === 'string') return value.length > 80 ? `${value.slice(0, 80)}…` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0 || parts.left <= 0) return '…';
  const entries = Object.entries(value).slice(0, parts.left);
  parts.left -= entries.length;
  const excerpts = entries.map(([key, item]) => [key, excerpt(item, depth - 1, parts)] as const);
  return Array.isArray(value) ? excerpts.map(([, item]) => item) : Object.fromEntries(excerpts);
}
