import { folderName } from '../../trainer/config/index.ts';

const longest = 100;

/**
 * An unused, valid name for a new run that is as close as possible to the given one: `photos`, then `photos-2`,
 * `photos-3`. Names are compared without case, as some file systems do.
 */
export function newRunName(base: string, taken: Iterable<string>): string {
  const known = new Set([...taken].map((name) => name.toLowerCase()));
  const isFree = (name: string) => !known.has(name.toLowerCase());
  const name = folderName(base);
  if (isFree(name)) return name;
  // `photos-2` is followed by `photos-3` only if there is a `photos`; the number of `patch-64` belongs to the name.
  const counted = /^(.+)-([2-9]|[1-9]\d+)$/.exec(name);
  const stem = counted?.[1] !== undefined && !isFree(counted[1]) ? counted[1] : name;
  for (let number = 2; ; number++) {
    const ending = `-${number}`;
    const next = stem.slice(0, longest - ending.length).replace(/[ .-]+$/, '') + ending;
    if (isFree(next)) return next;
  }
}

/** The name of a new run file in a folder with these files, for a run that is called after `base`. */
export function newRunFileName(base: string, files: readonly string[]): string {
  const taken = files.map((file) => file.replace(/\.esrgan\.(ya?ml|json)$/i, ''));
  return `${newRunName(base, taken)}.esrgan.yaml`;
}
