import type { DiskThread } from './disk-thread.ts';

/** Milliseconds for which a count is taken to hold. */
const age = 5000;

/**
 * How many images there are in a folder or behind a glob, as far as it is known: `undefined` for none such, and until
 * the disk has been looked at, which `onChange` tells the end of. What was known before stands meanwhile.
 */
export function createImageCounts(
  disk: DiskThread,
  onChange: () => void,
): (pattern: string) => number | undefined {
  const counts = new Map<string, { readonly time: number; readonly count: number | undefined }>();
  const asked = new Set<string>();
  return (pattern) => {
    const known = counts.get(pattern);
    if (!asked.has(pattern) && (known === undefined || performance.now() - known.time > age)) {
      asked.add(pattern);
      disk.ask(`count ${pattern}`, { kind: 'count', pattern }, (answer) => {
        asked.delete(pattern);
        const count = 'count' in answer ? answer.count : undefined;
        // A file of runs names a handful of data sets; a thousand come of typing.
        if (counts.size >= 1000) counts.clear();
        counts.set(pattern, { time: performance.now(), count });
        if (count !== known?.count) onChange();
      });
    }
    return known?.count;
  };
}
