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
