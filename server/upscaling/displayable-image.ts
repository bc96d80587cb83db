import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type DisplayableImage, isDisplayableImage } from '../../trainer/cli-output/reports.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { parseObject, runCommand } from '../command/run-command.ts';

/** Milliseconds after which an unused copy is deleted. */
const maximumAge = 24 * 3600_000;

export async function displayableImage(
  programs: CommandPrograms,
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<DisplayableImage> {
  mkdirSync(folder, { recursive: true });
  removeOldCopies(folder);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new WorkbenchError('data', `${path} is not there any more.`);
  const state = createHash('sha256').update(`${path}\n${found.size}\n${found.mtimeMs}`).digest('hex');
  const copy = join(folder, `${state.slice(0, 32)}.png`);
  const displayable = parseObject(await runCommand(programs, ['displayable', '--', path, copy], { signal }));
  if (!isDisplayableImage(displayable)) throw new Error(`esrgan displayable printed no report for ${path}`);
  return displayable;
}

function removeOldCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (extname(name) === '.png' && found && Date.now() - found.atimeMs > maximumAge)
      rmSync(path, { force: true });
  }
}
