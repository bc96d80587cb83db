import { dirname, resolve } from 'node:path';
import { allDatasets } from './datasets.ts';
import { parse } from './parse.ts';
import type { Problem } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';
import { checkSchema } from './schema-problems.ts';

/** What the checks of a run file want to know of the disk. */
export interface DatasetFiles {
  /** Sorted paths of the images in a folder or behind a glob; `undefined` when there is no such folder. */
  list(pattern: string): string[] | undefined;
  /** Size in pixels as the image is read, orientation applied; `undefined` when it cannot be read. */
  size(path: string): { width: number; height: number } | undefined;
  /** Whether a file or folder exists. */
  exists(path: string): boolean;
}

/**
 * Turns the text of a run file (YAML or JSON) into a config with every default filled in, or into problems
 * with their places. Never throws. `config` is there unless an error concerns the whole run; errors of one
 * stage only (see `problemsForStage`) leave it to the caller. `file` is the run file's path, from which
 * relative paths start; without `files` nothing on the disk is looked at.
 */
export function readRunFile(
  text: string,
  options: { readonly file: string; readonly files?: DatasetFiles },
): { config?: ResolvedConfig; problems: Problem[] } {
  const file = resolve(options.file);
  const { source, problems } = parse(text.replace(/^\ufeff/, ''));
  if (source.data === undefined) return { problems };
  const checked = checkSchema(source);
  if ('problems' in checked) return { problems: [...problems, ...checked.problems] };
  const known = allDatasets(checked.config, dirname(file));
  const config = resolveConfig(checked.config, file, known);
  return { config, problems };
}
