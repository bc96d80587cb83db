/** Milliseconds for which results from the disk are reused. */
export const maximumAge = 5000;

/** Beyond this number, all results are dropped. A run file refers to a few folders only; more come from typing. */
export const maximumEntries = 1000;

/** A function that caches its results for a short time, for slow reads of the disk at every keystroke. */
export function cached<T>(read: (key: string) => T): (key: string) => T {
  const results = new Map<string, { readonly time: number; readonly value: T }>();
  return (key) => {
    const now = performance.now();
    const known = results.get(key);
    if (known !== undefined && now - known.time < maximumAge) return known.value;
    const value = read(key);
    if (results.size >= maximumEntries) results.clear();
    results.set(key, { time: now, value });
    return value;
  };
}
