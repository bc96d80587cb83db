import { dirname, isAbsolute, resolve } from 'node:path';
import { configError, type Path, type Problem, parse, subject } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { isInside, isWindowsPathElsewhere } from '../files/paths.ts';
import { isPlainObject } from '../guards/guards.ts';

/**
 * Checks that a container finds a run file and what it names: of this machine, it has only `folder`, in another place.
 *
 * @param text of the run file, which is valid
 * @throws WorkbenchError `usage` if the run file is elsewhere, `config` with a line for each path that leads out of the folder
 */
export function assertInContainer(file: string, text: string, folder: string): void {
  const whole = resolve(folder);
  if (!isInside(whole, resolve(file))) {
    throw new WorkbenchError(
      'usage',
      `${file} is not in the current folder, ${whole}, and the container has only that. Change to a folder above the run file, its images and its runs.`,
    );
  }
  const { source } = parse(text.replace(/^\ufeff/, ''));
  const problems = textsIn(source.data).flatMap(([path, value]): Problem[] => {
    const isFixed = isAbsolute(value) || isWindowsPathElsewhere(value);
    if (!isFixed && isInside(whole, resolve(dirname(file), value))) return [];
    const what = isFixed ? 'an absolute path' : `outside of ${whole}`;
    const message = `${subject(path)} is ${JSON.stringify(value)}, ${what}, which the container does not have: move it below the current folder, and name it relative to the run file`;
    return [{ code: 'not-in-container', severity: 'error', message, path, ...source.rangeOf(path) }];
  });
  if (problems.length > 0) throw configError(file, problems);
}

/** All texts in data, with their places. */
function textsIn(data: unknown, path: Path = []): [Path, string][] {
  if (typeof data === 'string') return [[path, data]];
  if (Array.isArray(data)) return data.flatMap((item, index) => textsIn(item, [...path, index]));
  if (!isPlainObject(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => textsIn(value, [...path, key]));
}
