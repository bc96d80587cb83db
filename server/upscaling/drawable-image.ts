import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isCount, isObject, isString } from '../../trainer/guards/guards.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { parseObject, runCommand } from '../command/run-command.ts';
import type { DrawableImage } from '../protocol/upscaling.ts';

const isDrawable = isObject<DrawableImage>({
  path: isString,
  width: isCount,
  height: isCount,
  bytes: isCount,
});

/** Milliseconds after which an unused copy is deleted. */
const maximumAge = 24 * 3600_000;

export async function drawableImage(
  programs: CommandPrograms,
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<DrawableImage> {
  mkdirSync(folder, { recursive: true });
  removeOldCopies(folder);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new WorkbenchError('data', `${path} is not there any more.`);
  const state = createHash('sha256').update(`${path}\n${found.size}\n${found.mtimeMs}`).digest('hex');
  const copy = join(folder, `${state.slice(0, 32)}.png`);
  const drawable = parseObject(await runCommand(programs, ['drawable', '--', path, copy], { signal }));
  if (!isDrawable(drawable)) throw new Error(`esrgan drawable answered nothing of ${path}`);
  return drawable;
}

function removeOldCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (extname(name) === '.png' && found && Date.now() - found.atimeMs > maximumAge)
      rmSync(path, { force: true });
  }
}
