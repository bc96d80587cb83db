import { dirname, resolve } from 'node:path';
import { allDatasets } from './datasets.ts';
import type { DatasetFiles } from './image-problems.ts';
import { meaningProblems } from './meaning.ts';
import { parse, type Tree } from './parse.ts';
import type { Problem } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';
import { checkSchema } from './schema-problems.ts';

/**
 * Turns the text of a run file (YAML or JSON) into a config with every default filled in, and into problems
 * with their places, in the order of the text. Never throws. `config` is there unless an error concerns the
 * whole run; errors of one stage only (see `problemsForStage`) leave it to the caller. `file` is the run
 * file's path, from which relative paths start; without `files` nothing on the disk is looked at.
 */
export function readRunFile(
  text: string,
  options: { readonly file: string; readonly files?: DatasetFiles; readonly tree?: Tree },
): { config?: ResolvedConfig; problems: Problem[] } {
  const file = resolve(options.file);
  const { source, problems } = parse(text.replace(/^\ufeff/, ''), options.tree);
  if (source.data === undefined) return { problems };
  const checked = checkSchema(source);
  if ('problems' in checked) return { problems: inOrder([...problems, ...checked.problems]) };
  const known = allDatasets(checked.config, dirname(file));
  const config = resolveConfig(checked.config, file, known);
  const all = inOrder([...problems, ...meaningProblems({ config, source, known }, options.files)]);
  const stopped = all.some(({ severity, stage }) => severity === 'error' && stage === undefined);
  return stopped ? { problems: all } : { config, problems: all };
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.start.offset - b.start.offset);
}
