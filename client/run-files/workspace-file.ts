import { isAbsolute, join } from 'node:path';

/** A folder of the workspace. */
export interface NamedFolder {
  /** As the editor calls it. */
  readonly name: string;
  readonly path: string;
}

/**
 * Where a file may lie that somebody names by a path, which is absolute, or starts at a folder of the workspace, or
 * begins with the name of one as it does where a workspace has several.
 */
export function possiblePlaces(file: string, folders: readonly NamedFolder[]): readonly string[] {
  if (isAbsolute(file)) return [file];
  const [first = '', ...rest] = file.split(/[\\/]/);
  return [
    ...folders.map(({ path }) => join(path, file)),
    ...folders.filter(({ name }) => name === first && rest.length > 0).map(({ path }) => join(path, ...rest)),
  ];
}
