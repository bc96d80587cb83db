import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { discardSync } from '../files/change-files.ts';
import { writeFileAtomic } from './atomic-file.ts';
import type { RunPaths } from './run-directory.ts';

/** The commit of the folder of a run file. */
export interface Commit {
  /** Its hash in hex. */
  readonly commit: string;
  /** Whether tracked files differ from it; null if git does not say so in time. */
  readonly isDirty: boolean | null;
}

interface Source extends Commit {
  /** The difference as `git apply` takes it; undefined if it is empty, too large or not known. */
  readonly patch: Buffer | undefined;
}

/** Larger patches are generated files. */
const maximumPatchBytes = 1_000_000;

const timeoutMs = 10_000;

/** The source of a run file; undefined without git or a commit. Never rejects. */
export async function readSource(folder: string): Promise<Source | undefined> {
  const git = async (...words: readonly string[]) => {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...words], {
      // Another git may work in the same folder.
      env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
      encoding: 'buffer',
      maxBuffer: maximumPatchBytes,
      timeout: timeoutMs,
      windowsHide: true,
    });
    return stdout;
  };
  try {
    const commit = (await git('rev-parse', '--verify', 'HEAD')).toString().trim();
    try {
      // As it is whatever a person has configured for the eyes.
      const plain = ['--no-color', '--no-ext-diff', '--no-textconv', '--src-prefix=a/', '--dst-prefix=b/'];
      const patch = await git('diff', '--binary', ...plain, 'HEAD');
      return { commit, isDirty: patch.length > 0, patch: patch.length > 0 ? patch : undefined };
    } catch (error) {
      const isTooLarge =
        error instanceof Error && 'code' in error && error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
      return { commit, isDirty: isTooLarge ? true : null, patch: undefined };
    }
  } catch {
    return undefined;
  }
}

/** Writes the patch of the last start to a run, instead of an earlier one. Throws a `disk` error. */
export function recordPatch(paths: RunPaths, source: Source | undefined): void {
  const file = join(paths.root, 'source.patch');
  if (source?.patch === undefined) discardSync(file);
  else writeFileAtomic(file, source.patch);
}
