import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { discardSync } from '../files/change-files.ts';
import { environmentWithout, findProgram } from '../files/programs.ts';
import { writeFileAtomic } from './atomic-file.ts';
import type { RunPaths } from './run-directory.ts';

/** The commit of the folder of a run file. */
export interface Commit {
  /** Its hash in hex. */
  readonly commit: string;
  /** Whether tracked files of the folder differ from it; null if that is not known. */
  readonly isDirty: boolean | null;
}

interface Source extends Commit {
  /** The difference as `git apply` takes it; undefined if it is empty, too large or not known. */
  readonly patch: Buffer | undefined;
}

/** Larger patches are generated files. */
const maximumPatchBytes = 1_000_000;

/** Milliseconds for all commands together: the training waits for them. */
const timeout = 5_000;

/**
 * The configuration of a repository names programs, and a repository may be from others: none of them may run. An empty
 * `core.fsmonitor` is off in all versions; older ones would start a program `false`.
 */
const safeSettings = [
  'safe.bareRepository=explicit',
  'core.fsmonitor=',
  'core.hooksPath=/dev/null',
  // Paths are those of the repository, for `git apply`.
  'diff.relative=false',
];

/** What git does is not decided by the environment of this process; and it downloads nothing. */
const safeEnvironment = {
  // Another git may work in the same folder.
  GIT_OPTIONAL_LOCKS: '0',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
};

/** As it is whatever a person has configured for the eyes, and without the programs and submodules of a repository. */
const plainDiff = [
  ...['--binary', '--no-color', '--src-prefix=a/', '--dst-prefix=b/'],
  ...['--no-ext-diff', '--no-textconv', '--submodule=short', '--ignore-submodules=dirty'],
];

/** The source of a run file; undefined without git or a commit. Starts no program that a repository names. Never rejects. */
export async function readSource(folder: string): Promise<Source | undefined> {
  const program = findProgram('git');
  if (program === undefined) return undefined;
  const signal = AbortSignal.timeout(timeout);
  const git = async (settings: readonly string[], ...words: readonly string[]) => {
    const options = settings.flatMap((each) => ['-c', each]);
    const { stdout } = await promisify(execFile)(program, ['-C', folder, ...options, ...words], {
      env: { ...environmentWithout('GIT_'), ...safeEnvironment },
      encoding: 'buffer',
      maxBuffer: maximumPatchBytes,
      signal,
      windowsHide: true,
    });
    return stdout;
  };
  try {
    // These two read no files of the folder, so no filter runs.
    const found = await git(safeSettings, 'rev-parse', '--is-inside-work-tree', 'HEAD');
    const [isInside, commit = ''] = found.toString().trim().split('\n');
    const unknown = { commit, isDirty: null, patch: undefined };
    // The files of a repository can be elsewhere: `core.worktree`.
    if (isInside !== 'true') return unknown;
    try {
      const keys = await git(safeSettings, 'config', '--null', '--name-only', '--list');
      const filters = withoutFilters(keys.toString().split('\0'));
      if (filters === undefined) return unknown;
      const patch = await git([...safeSettings, ...filters], 'diff', ...plainDiff, commit, '--', '.');
      return { commit, isDirty: patch.length > 0, patch: patch.length > 0 ? patch : undefined };
    } catch (error) {
      const isTooLarge =
        error instanceof Error && 'code' in error && error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
      return { ...unknown, isDirty: isTooLarge ? true : null };
    }
  } catch {
    return undefined;
  }
}

/**
 * Settings that turn off the filters among these keys of a configuration; undefined if one has a name that an option of git
 * cannot have, or if there are hooks: since Git 2.54 also the configuration has some, `core.hooksPath` does not turn them
 * off, and `git diff` runs those of `post-index-change`.
 */
function withoutFilters(keys: readonly string[]): string[] | undefined {
  if (keys.some((key) => key.startsWith('hook.'))) return undefined;
  const filters = new Set(keys.flatMap((key) => /^filter\.(.*)\.[^.]*$/s.exec(key)?.[1] ?? []));
  if ([...filters].some((name) => !/^[\w.-]+$/.test(name))) return undefined;
  return [...filters].flatMap((name) => [
    `filter.${name}.clean=`,
    `filter.${name}.process=`,
    `filter.${name}.required=false`,
  ]);
}

/** Writes the patch of the last start to a run, instead of an earlier one. Throws a `disk` error. */
export function recordPatch(paths: RunPaths, source: Source | undefined): void {
  const file = join(paths.root, 'source.patch');
  if (source?.patch === undefined) discardSync(file);
  else writeFileAtomic(file, source.patch);
}
