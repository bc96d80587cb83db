/** Characters that break a line, control a terminal, or change the text direction. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A value from an untrusted file as JSON for a message: short, on one line, without control characters. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value;
  const json = JSON.stringify(text) ?? 'undefined';
  return (json.length > 500 ? `${json.slice(0, 200)}…` : json).replaceAll(unprintable, ' ');
}
