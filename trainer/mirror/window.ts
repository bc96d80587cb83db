/** Reads a part of a sequence that only grows. `from` never decreases from call to call. */
export type Window<T> = (from: number, to: number) => readonly T[];

/**
 * A window on a sequence that is read from its start, without the part before the window.
 *
 * @param more the next items, as they become readable; undefined if there are none now
 */
export function createWindow<T>(more: () => readonly T[] | undefined): Window<T> {
  let items: T[] = [];
  let first = 0;
  return (from, to) => {
    const drop = () => {
      const count = Math.min(from - first, items.length);
      items = items.slice(count);
      first += count;
    };
    drop();
    while (first + items.length < to) {
      const found = more();
      if (found === undefined) break;
      items = items.concat(found);
      drop();
    }
    return items.slice(from - first, to - first);
  };
}
