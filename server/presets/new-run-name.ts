import { folderName } from '../../trainer/config/index.ts';

const longest = 100;

/**
 * A name for a new run that is a folder's and that no run has, as near to the wanted one as can be: `photos`, then
 * `photos-2`, `photos-3`. Names that differ only in case count as one, because some file systems take them so.
 */
export function newRunName(wanted: string, taken: Iterable<string>): string {
  const known = new Set([...taken].map((name) => name.toLowerCase()));
  const isFree = (name: string) => !known.has(name.toLowerCase());
  const name = folderName(wanted);
  if (isFree(name)) return name;
  // `photos-2` counts on only where it is itself a second `photos`; the number of `patch-64` is part of its name.
  const counted = /^(.+)-([2-9]|[1-9]\d+)$/.exec(name);
  const stem = counted?.[1] !== undefined && !isFree(counted[1]) ? counted[1] : name;
  for (let number = 2; ; number++) {
    const ending = `-${number}`;
    const next = stem.slice(0, longest - ending.length).replace(/[ .-]+$/, '') + ending;
    if (isFree(next)) return next;
  }
}
