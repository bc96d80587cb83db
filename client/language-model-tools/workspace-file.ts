import { isAbsolute, join } from 'node:path';

/** A folder of the workspace. */
interface NamedFolder {
  /** As VS Code shows it. */
  readonly name: string;
  readonly path: string;
}

/**
 * The places of a file whose path is absolute, relative to a workspace folder, or starts with the name of one, as paths
 * do in a workspace of several folders.
 */
export function possiblePlaces(file: string, folders: readonly NamedFolder[]): readonly string[] {
  if (isAbsolute(file)) return [file];
  const [first = '', ...rest] = file.split(/[\\/]/);
  return [
    ...folders.map(({ path }) => join(path, file)),
    ...folders.filter(({ name }) => name === first && rest.length > 0).map(({ path }) => join(path, ...rest)),
  ];
}
