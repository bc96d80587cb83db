import { isPlainObject } from '../guards/guards.ts';
import type { Problem } from './problem.ts';
import type { Source } from './source.ts';

/** The only problem of an option file of BasicSR or of a program based on it: each of its keys would be another. */
export function optionFileProblem(source: Source): Problem | undefined {
  if (!isPlainObject(source.data) || !Object.hasOwn(source.data, 'network_g')) return undefined;
  const path = ['network_g'];
  return {
    code: 'option-file',
    severity: 'error',
    message:
      'this is an option file of BasicSR or a program based on it, not a run file; `esrgan import`, or `ESRGAN: Import Option File…` in VS Code, makes a run file of it',
    path,
    ...source.rangeOfKey(path),
  };
}
