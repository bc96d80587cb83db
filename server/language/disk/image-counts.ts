import { maximumAge, maximumEntries } from './cached.ts';
import type { DiskThread } from './disk-thread.ts';

/**
 * Counts the images that a folder or glob contains, or a `meta_info` list names. Returns the last known count at once: `undefined` if the folder does
 * not exist or the disk thread has not counted yet. Calls `onChange` when a count changes.
 */
export function createImageCounts(
  disk: DiskThread,
  onChange: () => void,
): (pattern: string) => number | undefined {
  const counts = new Map<string, { readonly time: number; readonly count: number | undefined }>();
  const pending = new Set<string>();
  return (pattern) => {
    const known = counts.get(pattern);
    if (!pending.has(pattern) && (known === undefined || performance.now() - known.time > maximumAge)) {
      pending.add(pattern);
      disk.request(`count ${pattern}`, { kind: 'count', pattern }, (response) => {
        pending.delete(pattern);
        const count = 'count' in response ? response.count : undefined;
        if (counts.size >= maximumEntries) counts.clear();
        counts.set(pattern, { time: performance.now(), count });
        if (count !== known?.count) onChange();
      });
    }
    return known?.count;
  };
}
