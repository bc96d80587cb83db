import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { promisify } from 'node:util';
import { diffConfigs } from '../../trainer/config/diff.ts';
import {
  assertHasStages,
  configError,
  configForStage,
  type ResolvedConfig,
  readRunFile,
  readRunFileText,
  tryReadConfig,
} from '../../trainer/config/index.ts';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import { datasetFiles } from '../../trainer/image-files/dataset-files.ts';
import { type NotifySettings, notifyEnvironment } from '../../trainer/notify/settings.ts';
import { choiceOf, type Stage, type StageChoice, stagesOf } from '../../trainer/run-state/run-state.ts';
import { launchPaths, type QueueEntry, readLaunch } from '../../trainer/runs/launch.ts';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { type RunPaths, runPaths } from '../../trainer/runs/run-directory.ts';
import { nodeEnvironment, type Programs } from '../command/programs.ts';
import type { MirrorSettings } from '../protocol/settings.ts';

/** A run to start. */
export interface RunRequest {
  readonly run: RunPaths;
  readonly stage: StageChoice;
  /** The configuration of this run directory. */
  readonly config: ResolvedConfig;
  /** The run file that it is from; null: the configuration that was requested last, from the run directory. */
  readonly file: string | null;
}

/**
 * The request that starts a stage of a run file. Throws a `config` error with one line for each error of the file
 * that concerns the stage.
 *
 * @param isResumed whether a run goes on; else the file must have the stage
 */
export function requestFromFile(file: string, stage: StageChoice, isResumed = false): RunRequest {
  const read = readRunFile(readRunFileText(file), { file, files: datasetFiles });
  if (!isResumed) assertHasStages(file, read, stage);
  const { config } = configForStage(file, read, stage);
  return { run: runPaths(`${config.runs_dir}/${config.name}`), stage, config, file };
}

/**
 * The one of these files that resumes a run; undefined without any. Throws a `run` error if there are several.
 *
 * @param files the run files that describe the run
 */
export function runFileToResume(run: RunPaths, files: readonly string[]): string | undefined {
  const [file, ...others] = files;
  if (others.length === 0) return file;
  throw new WorkbenchError(
    'run',
    `Several run files describe run ${run.name}: ${files.join(', ')}. Resume it from the one to use, above its stage, or give the others another \`name\`.`,
  );
}

/**
 * The request that continues a stage of a run without its run file: with the configuration that was requested last, in
 * the run directory, which may have been moved; `asTrained`: with the one that the stage was last trained with. Throws a `run` error where there is none, and a `config` error as
 * `requestFromFile` does.
 */
export function requestFromRun(run: RunPaths, stage: StageChoice, asTrained = false): RunRequest {
  const trained = run.config;
  const launched = launchPaths(run).runFile;
  const [first] = stagesOf(stage);
  const files = asTrained
    ? [run.stageConfigs[first], trained]
    : isLaunchedSince(run)
      ? [launched, trained]
      : [trained, launched];
  const text = files.map(tryReadText).find((each) => each !== undefined);
  if (text === undefined) {
    throw new WorkbenchError(
      'run',
      `${run.root} has no run file (run.esrgan.yaml), so it cannot be resumed. Start a new run.`,
    );
  }
  const { config, problems } = readRunFile(text, { file: run.config });
  if (config === undefined) throw configError(run.config, problems);
  return {
    run,
    stage,
    config: { ...config, name: basename(run.root), runs_dir: dirname(run.root) },
    file: null,
  };
}

/** Whether the last launch came after the last session, so that it ended before it recorded its configuration. */
function isLaunchedSince(run: RunPaths): boolean {
  const launched = readLaunch(run).process;
  const session = readManifest(run)?.sessions.at(-1)?.start;
  return launched !== undefined && (session === undefined || session.time < launched.time);
}

/** The keys in which a request differs from the configuration that the run was last trained with; none of a new run. */
export function changesOf({ run, config }: RunRequest): string[] {
  const trained = tryReadConfig(run.config);
  if (trained === undefined) return [];
  const place = ['name', 'runs_dir'];
  return diffConfigs([trained, config]).flatMap(({ key }) => (place.includes(key) ? [] : [key]));
}

function tryReadText(path: string): string | undefined {
  try {
    return readRunFileText(path);
  } catch {
    return undefined;
  }
}

/** What the launcher starts. */
export interface LauncherArguments {
  /** The run directory. */
  readonly root: string;
  readonly stage: Stage;
  /** The stage that follows. */
  readonly next?: Stage | undefined;
  /** The GPU that the trainer is given. */
  readonly device?: number | undefined;
  /** The Node.js for both. */
  readonly program: string;
  /** Null: no trainer, because a cluster trains the run. */
  readonly train: readonly string[] | null;
  /** Null: no mirror. */
  readonly mirror: readonly string[] | null;
}

/** The command line that uploads a run. */
function mirrorArguments(run: RunPaths, { project, entity, group }: MirrorSettings): string[] {
  const option = (name: string, value: string) => (value === '' ? [] : [`--${name}=${value}`]);
  return [
    ...['mirror', run.root, '--to', 'wandb'],
    ...option('project', project),
    ...option('entity', entity),
    ...option('group', group),
  ];
}

/**
 * Starts the trainer of a run whose `launch/` has its run file, as a process that is not a descendant of this one;
 * resolves once it runs and `launch/process.json` is written. Rejects with a `run` error.
 *
 * @param device the GPU that it is given; undefined: none in particular
 */
export async function launchTrainer(
  run: RunPaths,
  { stage, next, resume, file }: Pick<QueueEntry, 'stage' | 'next' | 'resume' | 'file'>,
  device: number | undefined,
  programs: Programs,
  { mirror, notify }: { readonly mirror: MirrorSettings | null; readonly notify: NotifySettings },
): Promise<void> {
  const { node, esrgan } = programs;
  const train = [
    esrgan,
    'train',
    launchPaths(run).runFile,
    '--stage',
    choiceOf(stage, next),
    ...(resume ? ['--resume'] : []),
    ...(device === undefined ? [] : ['--device', String(device)]),
    ...(file ? ['--source', file] : []),
  ];
  try {
    const launched = {
      root: run.root,
      stage,
      next,
      device,
      program: node,
      train,
      mirror: mirror && [esrgan, ...mirrorArguments(run, mirror)],
    };
    await launch(programs, launched, notifyEnvironment(notify));
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

/** Starts the mirror of a run that a cluster trains, on this host: nodes of clusters often have no network. Never rejects. */
export async function launchMirror(
  run: RunPaths,
  stage: Stage,
  programs: Programs,
  mirror: MirrorSettings,
): Promise<void> {
  const { node, esrgan } = programs;
  const args = [esrgan, ...mirrorArguments(run, mirror)];
  // The run is submitted, with or without an upload.
  await launch(programs, { root: run.root, stage, program: node, train: null, mirror: args }).catch(() => {});
}

async function launch(
  { launcher }: Programs,
  started: LauncherArguments,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  await promisify(execFile)(process.execPath, [launcher, JSON.stringify(started)], {
    env: { ...nodeEnvironment(), ...environment },
    timeout: 20_000,
    windowsHide: true,
  });
}
