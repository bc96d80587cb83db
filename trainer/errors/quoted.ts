/** What breaks a line, commands a terminal, or turns the direction of what follows. */
export const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A value out of a stranger's file as JSON, for a message: short, on one line, without commands to a terminal. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value;
  const json = JSON.stringify(text) ?? 'undefined';
  return (json.length > 500 ? `${json.slice(0, 200)}…` : json).replaceAll(unprintable, ' ');
}
