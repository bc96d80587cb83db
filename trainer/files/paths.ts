import { posix, sep, win32 } from 'node:path';

/** A relative path as files store it: with `/` on every system, so that a run can move between systems. */
export function portablePath(path: string, separator: string = sep): string {
  return path.replaceAll(separator, '/');
}

/**
 * Sorts paths as if `/` were the separator: in the order of every system, because the order of images decides about the
 * batches of a training.
 */
export function sortPaths(paths: Iterable<string>, separator: string = sep): string[] {
  return Array.from(paths, (path) => ({ path, key: portablePath(path, separator) }))
    .sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ path }) => path);
}

/**
 * The folder of a path that is typed so far, as it is written and with `/`. Windows also has `\\`, which quotes may double,
 * and drives.
 */
export function typedFolder(
  typed: string,
  platform: NodeJS.Platform = process.platform,
): { readonly written: string; readonly given: string } {
  if (platform !== 'win32') {
    const given = typed.slice(0, typed.lastIndexOf('/') + 1);
    return { written: given, given };
  }
  const [written = ''] = /^([a-z]:$|.*[\\/])/i.exec(typed) ?? [];
  const given = written.replaceAll('\\', '/').replaceAll(/(?<!^)\/+/g, '/');
  return { written, given: /^[a-z]:$/i.test(given) ? `${given}/` : given };
}

/** Whether a path is an absolute one of Windows, on another system: in the run file of a run that was moved. */
export function isWindowsPathElsewhere(path: string, platform: NodeJS.Platform = process.platform): boolean {
  return platform !== 'win32' && /^(?:[a-z]:[\\/]|\\\\)/i.test(path);
}

/**
 * The text by which absolute paths are compared: equal for all spellings of one path. Windows ignores case, also of the
 * drive, and separators may be `/`; macOS ignores case and the form of composed characters.
 */
export function pathIdentity(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32') return win32.resolve(path).toLowerCase();
  const resolved = posix.resolve(path);
  return platform === 'darwin' ? resolved.normalize().toLowerCase() : resolved;
}

/** Characters of a path that Windows takes without a prefix; one more ends the path. */
const longestPlainPath = 259;

/** The same for the folder of a process, to which Windows adds a `\`. */
const longestWorkingFolder = 257;

/**
 * A path for libvips and ONNX Runtime: Windows takes long paths with the prefix `\\?\` only, which Node.js adds itself.
 */
export function nativePath(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32') return path;
  const absolute = win32.resolve(path);
  return absolute.length > longestPlainPath ? win32.toNamespacedPath(absolute) : path;
}

/**
 * The folder in which a process starts that should start in this one: the nearest above it on Windows, where no process starts
 * in a folder with a long path, not even with a prefix.
 */
export function workingFolder(folder: string, platform: NodeJS.Platform = process.platform): string {
  const isTooLong = platform === 'win32' && folder.length > longestWorkingFolder;
  return isTooLong ? workingFolder(win32.dirname(folder), platform) : folder;
}

/** The paths without other spellings of the same; the first spelling remains. */
export function uniquePaths(paths: Iterable<string>, platform?: NodeJS.Platform): string[] {
  const unique = new Map<string, string>();
  for (const path of paths) {
    const identity = pathIdentity(path, platform);
    if (!unique.has(identity)) unique.set(identity, path);
  }
  return [...unique.values()];
}

/**
 * A text for people, with the paths in these folders relative to them. With several folders, a path starts with the name of
 * its folder, as in editors. Names of the folders themselves remain.
 */
export function withRelativePaths(
  text: string,
  folders: readonly string[],
  platform: NodeJS.Platform = process.platform,
): string {
  const { basename, dirname, resolve } = platform === 'win32' ? win32 : posix;
  // A folder may be inside another one.
  const deepestFirst = uniquePaths(
    folders.map((folder) => resolve(folder)),
    platform,
  )
    .filter((folder) => dirname(folder) !== folder)
    .sort((a, b) => b.length - a.length);
  const separator = platform === 'win32' ? String.raw`[\\/]` : '/';
  return deepestFirst.reduce((shown, folder) => {
    const prefix = folder
      .split(platform === 'win32' ? /[\\/]/ : '/')
      .map((name) => name.replaceAll(/[$()*+.?[\]^{|}]/g, String.raw`\$&`))
      .join(separator);
    const before = String.raw`(?<![\p{L}\p{N}_.~\\/-])`;
    const start = new RegExp(
      `${before}${prefix}${separator}+(?=[^\\s\\\\/])`,
      platform === 'linux' ? 'gu' : 'giu',
    );
    return shown.replaceAll(start, () => (deepestFirst.length === 1 ? '' : `${basename(folder)}/`));
  }, text);
}

/** Whether an absolute path is a folder or below it, by their text alone: the disk is not read. */
export function isInside(
  folder: string,
  path: string,
  platform: NodeJS.Platform = process.platform,
): boolean {
  const { isAbsolute, relative } = platform === 'win32' ? win32 : posix;
  const way = relative(pathIdentity(folder, platform), pathIdentity(path, platform));
  return isAbsolute(path) && !isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/.test(way);
}
