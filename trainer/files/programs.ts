import { accessSync, constants } from 'node:fs';
import { posix, win32 } from 'node:path';
import { statOf } from './regular-file.ts';

/** Where programs are looked for; another one in tests. */
export interface ProgramSystem {
  readonly platform: NodeJS.Platform;
  /** Folders, as the variable `PATH` has them. */
  readonly path: string | undefined;
  /** Whether this file can be started. */
  readonly isProgram: (file: string) => boolean;
}

const thisSystem = (): ProgramSystem => ({
  platform: process.platform,
  path: process.env.PATH,
  isProgram: isExecutable,
});

/**
 * The absolute path of a program, for `execFile` and `spawn`; undefined if it is in no folder of `PATH`. Windows looks for
 * a bare name in the current folder first, other systems in relative folders of `PATH`: a file of a workspace would run.
 */
export function findProgram(name: string, system: ProgramSystem = thisSystem()): string | undefined {
  const isWindows = system.platform === 'win32';
  const { delimiter, isAbsolute, join } = isWindows ? win32 : posix;
  // Without a shell, Node.js starts no other files of Windows.
  const endings = isWindows ? ['.com', '.exe'] : [''];
  return (system.path ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .find(system.isProgram);
}

function isExecutable(file: string): boolean {
  if (statOf(file)?.isFile() !== true) return false;
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The variables of the environment whose names do not begin with this prefix. */
export function environmentWithout(
  prefix: string,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  // Windows ignores the case of names.
  const isOther = ([name]: [string, unknown]) => !name.toUpperCase().startsWith(prefix);
  return Object.fromEntries(Object.entries(environment).filter(isOther));
}
