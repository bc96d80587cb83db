import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import {
  configError,
  configForStage,
  readRunFile,
  readRunFileText,
  serializeResolved,
} from '../../trainer/config/index.ts';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import { datasetFiles } from '../../trainer/image-files/dataset-files.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { launchPaths } from '../../trainer/runs/launch.ts';
import { type RunPaths, runPaths } from '../../trainer/runs/run-directory.ts';
import { nodeEnvironment, type Programs } from '../command/programs.ts';

/** A run to start. */
export interface RunRequest {
  readonly run: RunPaths;
  readonly stage: Stage;
  /** The resolved run file for this run directory. */
  readonly runFile: string;
}

/**
 * The request that starts a stage of a run file. Throws a `config` error with one line for each error of the file
 * that concerns the stage.
 */
export function requestFromFile(file: string, stage: Stage): RunRequest {
  const read = readRunFile(readRunFileText(file), { file, files: datasetFiles });
  const { config } = configForStage(file, read, stage);
  const run = runPaths(`${config.runs_dir}/${config.name}`);
  return { run, stage, runFile: serializeResolved(config) };
}

/**
 * The request that continues a stage of a run, from the run file in the run directory, which may have been moved. Throws
 * a `run` error where there is none, and a `config` error as `requestFromFile` does.
 */
export function requestFromRun(run: RunPaths, stage: Stage): RunRequest {
  const files = [run.config, launchPaths(run).runFile];
  const text = files.map(tryReadText).find((each) => each !== undefined);
  if (text === undefined) {
    throw new WorkbenchError(
      'run',
      `${run.root} has no run file (run.esrgan.yaml), so it cannot be resumed. Start a new run.`,
    );
  }
  const { config, problems } = readRunFile(text, { file: run.config });
  if (config === undefined) throw configError(run.config, problems);
  const here = { ...config, name: basename(run.root), runs_dir: dirname(run.root) };
  return { run, stage, runFile: serializeResolved(here) };
}

function tryReadText(path: string): string | undefined {
  try {
    return readRunFileText(path);
  } catch {
    return undefined;
  }
}

/**
 * Starts the trainer of a run whose `launch/` has its run file, as a process that is not a descendant of this one;
 * resolves once it runs and `launch/process.json` is written. Rejects with a `run` error.
 */
export async function launchTrainer(
  run: RunPaths,
  { stage, resume }: { readonly stage: Stage; readonly resume: boolean },
  { node, esrgan, launcher }: Programs,
): Promise<void> {
  const train = [
    esrgan,
    'train',
    launchPaths(run).runFile,
    '--stage',
    stage,
    ...(resume ? ['--resume'] : []),
  ];
  try {
    await promisify(execFile)(process.execPath, [launcher, run.root, stage, node, ...train], {
      env: nodeEnvironment(),
      timeout: 20_000,
      windowsHide: true,
    });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    const reason = output || messageOf(error);
    throw new WorkbenchError(
      'run',
      `The trainer of run ${run.name} could not be started with ${node}: ${reason}. The setting esrgan.nodePath names the Node.js that runs trainers.`,
      { cause: error },
    );
  }
}
