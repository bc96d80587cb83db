import { dirname, resolve } from 'node:path';
import { allDatasets } from './datasets.ts';
import type { DatasetFiles } from './image-problems.ts';
import { optionFileProblem } from './option-file.ts';
import { parse, type Tree } from './parse.ts';
import { isPretrainingOnly } from './pretraining-only.ts';
import type { Problem } from './problem.ts';
import { resolveConfig } from './resolve.ts';
import type { ResolvedConfig } from './resolved.ts';
import { checkRunSchema } from './run-schema.ts';
import { semanticProblems } from './semantic-problems.ts';
import { validPart } from './valid-part.ts';

/**
 * Parses and checks the text of a run file (YAML or JSON). Returns the config with all defaults and the problems in the
 * order of the text. Where values are invalid by the schema, all checks that do not need them are done. Never throws. `config` is absent if an error concerns the whole run; use `problemsForStage` for
 * errors of one stage. `hasTraining` is false for a file of the pretraining only.
 *
 * @param options.file path of the run file, which relative paths start from
 * @param options.files access to the disk; without it, only the text is checked
 * @param options.tree of the text, if it is parsed already
 */
export function readRunFile(
  text: string,
  options: { readonly file: string; readonly files?: DatasetFiles; readonly tree?: Tree },
): { config?: ResolvedConfig; problems: Problem[]; hasTraining: boolean } {
  const file = resolve(options.file);
  const { source, problems } = parse(text.replace(/^\ufeff/, ''), options.tree);
  // Before the check, which fills in defaults.
  const hasTraining = !isPretrainingOnly(source.data);
  if (source.data === undefined) return { problems, hasTraining };
  const optionFile = optionFileProblem(source);
  if (optionFile) return { problems: inOrder([...problems, optionFile]), hasTraining };
  const checked = checkRunSchema(source);
  const bySchema = 'problems' in checked ? checked.problems : [];
  const valid = 'config' in checked ? { ...checked, removed: [] } : validPart(source.data);
  if (valid === undefined) return { problems: inOrder([...problems, ...bySchema]), hasTraining };
  const { removed } = valid;
  const known = allDatasets(valid.config, dirname(file));
  const config = resolveConfig(valid.config, file, known);
  const semantic = semanticProblems({ config, source, known, removed }, options.files);
  const all = inOrder([...problems, ...bySchema, ...semantic]);
  const stopped = all.some(({ severity, stage }) => severity === 'error' && stage === undefined);
  return stopped ? { problems: all, hasTraining } : { config, problems: all, hasTraining };
}

function inOrder(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.start.offset - b.start.offset);
}
