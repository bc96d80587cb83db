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
  const text = typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value;
  const json = JSON.stringify(text) ?? 'undefined';
  return (json.length > 500 ? `${json.slice(0, 200)}…` : json).replaceAll(unprintable, ' ');
}
