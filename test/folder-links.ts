import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether links to folders can be made: symbolic ones, on Windows junctions. Wine before version 9 has none. */
export const hasFolderLinks = canLink();

function canLink(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-link-'));
  try {
    symlinkSync(folder, join(folder, 'link'), 'junction');
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The title of a test that makes such links, with the reason where the test is skipped. */
export const needsFolderLinks = (title: string): string =>
  hasFolderLinks ? title : `${title} (skipped: no links to folders)`;
