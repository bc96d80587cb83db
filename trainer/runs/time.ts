/** A time in a file of a run (ISO 8601) in milliseconds since 1970; null if it is not a valid time. */
export function parseTime(text: string): number | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
