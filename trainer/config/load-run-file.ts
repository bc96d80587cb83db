import { WorkbenchError } from '../errors/errors.ts';
import { type FileContent, readLocked, readSmallFile } from '../files/small-file.ts';
import { type Stage, type StageChoice, stagesOf } from '../run-state/run-state.ts';
import { maximumRunFileBytes } from './parse.ts';
import { type Problem, problemsForStage } from './problem.ts';
import { readRunFile } from './read-run-file.ts';
import type { ResolvedConfig } from './resolved.ts';

/** A run file as `readRunFile` reads it. */
type ReadRunFile = ReturnType<typeof readRunFile>;

/** The text of a run file. Never throws. */
export function readRunFileContent(file: string): FileContent<string> {
  return readSmallFile(file, maximumRunFileBytes);
}

/**
 * The text of a run file.
 *
 * @throws WorkbenchError `config` if it cannot be read
 */
export function readRunFileText(file: string): string {
  const read = readLocked(() => readRunFileContent(file));
  if (read.state === 'read') return read.value;
  const reason = read.state === 'absent' ? 'it does not exist' : read.reason;
  throw new WorkbenchError('config', `${file} cannot be read as a run file: ${reason}.`);
}

/** The config in a run file on the disk; `undefined` if it cannot be read or has errors that concern the whole run. */
export function tryReadConfig(file: string): ResolvedConfig | undefined {
  const read = readRunFileContent(file);
  return read.state === 'read' ? readRunFile(read.value, { file }).config : undefined;
}

/** The config that a stage of a run was last trained with; `undefined` if there is none that can be read. */
export function tryReadTrainedConfig(
  run: { readonly config: string; readonly stageConfigs: Readonly<Record<Stage, string>> },
  stage: Stage,
): ResolvedConfig | undefined {
  return tryReadConfig(run.stageConfigs[stage]) ?? tryReadConfig(run.config);
}

/**
 * The config for one stage or all, and the warnings that concern them.
 *
 * @throws WorkbenchError `config` with the errors that concern them
 */
export function configForStage(
  file: string,
  { config, problems }: ReadRunFile,
  stage: StageChoice,
): { readonly config: ResolvedConfig; readonly warnings: readonly Problem[] } {
  const ofStage = stage === 'all' ? problems : problemsForStage(problems, stage);
  if (!config || ofStage.some(isError)) throw configError(file, ofStage);
  return { config, warnings: ofStage };
}

/**
 * Refuses to start a stage that a run file does not have.
 *
 * @throws WorkbenchError `config`
 */
export function assertHasStages(file: string, { hasTraining }: ReadRunFile, choice: StageChoice): void {
  if (hasTraining || !stagesOf(choice).includes('training')) return;
  throw new WorkbenchError(
    'config',
    `${file} has no \`training\` section, so only its pretraining can be started. Add the section; \`training: {}\` trains with the defaults.`,
  );
}

/** An error with one line for each error among the problems. */
export function configError(file: string, problems: readonly Problem[]): WorkbenchError {
  const errors = problems.filter(isError).map((problem) => formatProblem(file, problem));
  return new WorkbenchError('config', errors.join('\n'));
}

/** A problem as compilers print theirs: `file:line:column: severity: message`. */
export function formatProblem(file: string, { start, severity, message }: Problem): string {
  return `${file}:${start.line}:${start.column}: ${severity}: ${message}`;
}

function isError({ severity }: Problem): boolean {
  return severity === 'error';
}
