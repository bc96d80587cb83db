import { dirname, isAbsolute, resolve } from 'node:path';
import { findProgram } from '../../trainer/files/programs.ts';

/** The programs that the server starts. */
export interface Programs {
  /** Node.js, or Electron in its place. */
  readonly node: string;
  /** The command `esrgan`, a script. */
  readonly esrgan: string;
  /** The built `experiments/launcher.ts`. */
  readonly launcher: string;
}

/** What it takes to run the command `esrgan`. */
export type CommandPrograms = Pick<Programs, 'node' | 'esrgan'>;

/** An environment in which Electron runs as plain Node.js. */
export function nodeEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
}

/**
 * How a process of the command is started whose channel to this one tells it when this one has ended. On Windows it would end
 * at the same moment as this one, in the middle of its files, were it not detached.
 */
export function commandOptions() {
  return {
    env: nodeEnvironment(),
    windowsHide: true,
    detached: process.platform === 'win32',
  };
}

/**
 * The Node.js that the setting `esrgan.nodePath` names, always with its folder: a program that is not found is expected
 * next to this one, never in the current folder.
 */
export function nodeProgram(setting: string, find: typeof findProgram = findProgram): string {
  if (setting === '' || isAbsolute(setting)) return setting || process.execPath;
  return find(setting) ?? resolve(dirname(process.execPath), setting);
}
