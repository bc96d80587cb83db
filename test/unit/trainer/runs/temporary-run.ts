import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRunDirectory, type RunPaths } from '../../../../trainer/runs/run-directory.ts';

/** A new folder for the files of a test. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'esrgan-runs-'));
}

/** A new run directory with empty folders. */
export function temporaryRun(): RunPaths {
  return createRunDirectory(join(temporaryFolder(), 'run'));
}
