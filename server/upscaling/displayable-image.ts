import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type DisplayableImage, isDisplayableImage } from '../../trainer/cli-output/reports.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { discardSync } from '../../trainer/files/change-files.ts';
import { createFolderSync } from '../../trainer/files/create-folder.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { displayableSize } from '../../trainer/image-files/displayable.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { parseObject, runCommand, unexpectedOutput } from '../command/run-command.ts';

/** Milliseconds after which an unused copy is deleted. */
const maximumAge = 24 * 3600_000;

/**
 * The image itself, or a copy in `folder` where not every browser can display it; only a copy takes a child process.
 *
 * @throws WorkbenchError `data` where there is no such file
 */
export async function displayableImage(
  programs: CommandPrograms,
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<DisplayableImage> {
  const found = statOf(path);
  if (found === undefined) throw new WorkbenchError('data', `${path} no longer exists.`);
  const size = displayableSize(path);
  if (size !== undefined) return { path, ...size, bytes: found.size };
  createFolderSync(folder);
  removeOldCopies(folder);
  const state = createHash('sha256').update(`${path}\n${found.size}\n${found.mtimeMs}`).digest('hex');
  const copy = join(folder, `${state.slice(0, 32)}.png`);
  const displayable = parseObject(await runCommand(programs, ['displayable', '--', path, copy], { signal }));
  if (!isDisplayableImage(displayable)) throw unexpectedOutput('displayable');
  return displayable;
}

/** Deletes PNG files of a folder that nobody has looked at for a day. */
export function removeOldCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statOf(path);
    if (extname(name) === '.png' && found && Date.now() - found.atimeMs > maximumAge) discardSync(path);
  }
}
