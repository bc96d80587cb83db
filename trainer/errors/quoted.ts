/** A value out of a stranger's file as JSON, for a message: short, on one line, without commands to a terminal. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' && value.length > 80 ? `${value.slice(0, 80)}…` : value;
  const json = JSON.stringify(text) ?? 'undefined';
  return (json.length > 500 ? `${json.slice(0, 200)}…` : json).replaceAll(/\p{Cc}/gu, ' ');
}
