import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whether symbolic links can be made. On Windows that is a right, and Wine before version 9 makes none. */
export const hasLinks = canLink('file');
/** Whether links to folders can be made: symbolic ones, on Windows junctions. Wine before version 9 has none. */
export const hasFolderLinks = canLink('junction');

function canLink(type: 'file' | 'junction'): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-link-'));
  try {
    symlinkSync(folder, join(folder, 'link'), type);
    return existsSync(join(folder, 'link'));
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The titles of tests that make such links, with the reason where they are skipped. */
export const needsLinks = (title: string): string =>
  hasLinks ? title : `${title} (skipped: no symbolic links)`;
export const needsFolderLinks = (title: string): string =>
  hasFolderLinks ? title : `${title} (skipped: no links to folders)`;
