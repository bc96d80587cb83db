import { dirname, resolve } from 'node:path';
import { allDatasets } from './datasets.ts';
import type { DatasetFiles } from './image-problems.ts';
import { parse, type Tree } from './parse.ts';
import type { Problem } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';
import { checkRunSchema } from './run-schema.ts';
import { semanticProblems } from './semantic-problems.ts';

/**
 * Parses and checks the text of a run file (YAML or JSON). Returns the config with all defaults and the problems in the
 * order of the text. Never throws. `config` is absent if an error concerns the whole run; use `problemsForStage` for
 * errors of one stage.
 *
 * @param options.file path of the run file, which relative paths start from
 * @param options.files access to the disk; without it, only the text is checked
 * @param options.tree of the text, if it is parsed already
 */
export function readRunFile(
  text: string,
  options: { readonly file: string; readonly files?: DatasetFiles; readonly tree?: Tree },
): { config?: ResolvedConfig; problems: Problem[] } {
  const file = resolve(options.file);
  const { source, problems } = parse(text.replace(/^\ufeff/, ''), options.tree);
  if (source.data === undefined) return { problems };
  const checked = checkRunSchema(source);
  if ('problems' in checked) return { problems: inOrder([...problems, ...checked.problems]) };
  const known = allDatasets(checked.config, dirname(file));
  const config = resolveConfig(checked.config, file, known);
  const all = inOrder([...problems, ...semanticProblems({ config, source, known }, options.files)]);
  const stopped = all.some(({ severity, stage }) => severity === 'error' && stage === undefined);
  return stopped ? { problems: all } : { config, problems: all };
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.start.offset - b.start.offset);
}
