import { accessSync, constants, lstatSync, mkdtempSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderSync } from './create-folder.ts';

const name = 'esrgan-workbench';

/** The user's home folder; undefined if the system knows none, as for a user id without an entry in `/etc/passwd`. */
export function homeFolder(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/** This program's folder in the user's cache; it may not exist. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const home = homeFolder();
  const cache = environment.XDG_CACHE_HOME || (home && join(home, '.cache'));
  return cache ? join(cache, name) : temporaryCache();
}

/** This program's folder in the user's configuration; it may not exist. */
export function configFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CONFIG_HOME || join(homeFolder() ?? tmpdir(), '.config'), name);
}

/**
 * A folder for files that only this user changes: `cacheFolder`, or a folder in the temporary folder if the user cannot
 * write there, as in containers. All processes of the user get the same folder, unless another user has taken its name.
 */
export function writableCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = cacheFolder(environment);
  if (cache !== temporaryCache() && isWritable(cache)) return cache;
  if (isWritable(temporaryCache()) && isOwn(temporaryCache())) return temporaryCache();
  unshared ??= mkdtempSync(join(tmpdir(), `${name}-`));
  return unshared;
}

let unshared: string | undefined;

function temporaryCache(): string {
  return join(tmpdir(), `${name}-${process.getuid?.() ?? 'user'}`);
}

function isWritable(folder: string): boolean {
  try {
    createFolderSync(folder, 0o700);
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Any user can create a folder in the temporary folder of Linux; that of Windows belongs to the user. */
function isOwn(folder: string): boolean {
  const found = lstatSync(folder);
  return found.isDirectory() && found.uid === (process.getuid?.() ?? found.uid);
}
