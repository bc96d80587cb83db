import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterProfile } from '../../schemas/cluster-profiles.ts';
import { type ResolvedConfig, serializeResolved } from '../config/index.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { discardEmptyFolderSync } from '../files/change-files.ts';
import { uniquePaths } from '../files/paths.ts';
import { readSmallFile } from '../files/small-file.ts';
import { type StageChoice, stagesOf } from '../run-state/run-state.ts';
import { type Job, type JobId, jobKey, jobStartOf } from '../runs/job.ts';
import { abandonLaunch, launchPaths, prepareJob, readLaunch, recordJob } from '../runs/launch.ts';
import { type RunOnDisk, readRun } from '../runs/list.ts';
import { assertMayStart } from '../runs/may-start.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import type { CommandPath } from './command-path.ts';
import type { Executor, JobAnswer } from './executor.ts';
import { imageLines, jobScript, trainingLines, withoutPatterns } from './script.ts';

/** Runs to train on a cluster: one in a job, several in an array of jobs. */
export interface Submission {
  /** `file`: the run file, of which the run has a copy; null without one. */
  readonly runs: readonly { readonly config: ResolvedConfig; readonly file: string | null }[];
  readonly stage: StageChoice;
  /** Whether stages that have started continue; otherwise they must be new. */
  readonly resume: boolean;
  /** The most tasks of an array that run at the same time. */
  readonly atOnce: number;
  readonly profile: { readonly name: string; readonly settings: ClusterProfile };
  readonly command: CommandPath;
}

/** A run that was submitted, with its job id. */
export interface SubmittedRun {
  readonly run: RunPaths;
  readonly job: string;
}

/** The script of the job or the array. */
export function scriptOf({ runs: submitted, stage, atOnce, profile, command }: Submission): string {
  const runs = submitted.map(({ config, file }) => ({ ...pathsOf(config), file }));
  const [first] = runs;
  if (first === undefined) throw new Error('there are no runs to submit');
  const { settings } = profile;
  const launch = withoutPatterns(first.launch);
  return jobScript({
    name: jobName(first.name),
    profile: settings,
    folder: dirname(first.root),
    // A task writes to its own run; Slurm's messages about the tasks are in the first one.
    output: runs.length === 1 ? join(launch, 'output.txt') : join(launch, 'slurm-%a.txt'),
    ...(runs.length > 1 && { array: { tasks: runs.length, atOnce: Math.min(atOnce, runs.length) } }),
    body: trainingLines(runs, stage, settings, command),
  });
}

/** The name of the job for a run, or for a command on images. */
function jobName(of: string): string {
  return `esrgan-${of}`;
}

function pathsOf({ runs_dir, name }: ResolvedConfig): RunPaths {
  return runPaths(join(runs_dir, name));
}

/**
 * Submits runs to a cluster.
 *
 * @param environment variables for the jobs besides those of this process
 * @throws WorkbenchError `run` if a run may not start, or the scheduler refuses the job; `disk`
 */
export async function submitRuns(
  submission: Submission,
  executor: Executor,
  environment: Readonly<Record<string, string>> = {},
): Promise<SubmittedRun[]> {
  const { resume, profile } = submission;
  const [stage, next] = stagesOf(submission.stage);
  const runs = submission.runs.map(({ config }) => pathsOf(config));
  const repeated = runs.find(({ root }, index) => runs.findIndex((each) => each.root === root) < index);
  if (repeated !== undefined) {
    throw new WorkbenchError(
      'run',
      `Two run files describe run ${repeated.name} (${repeated.root}). Give each its own \`name\`.`,
    );
  }
  const found = runs.flatMap(({ root }) => readRun(root, Date.now()) ?? []);
  const jobs = await askAboutJobs(found, executor);
  for (const { root } of runs) {
    const there = readRun(root, Date.now(), jobs.states);
    if (there !== undefined) assertMayStart(there, stage, resume, jobs.problem);
  }
  const script = scriptOf(submission);
  const isNewFolder = (folder: string) => !existsSync(folder);
  const newFolders = uniquePaths(runs.map(({ root }) => dirname(root))).filter(isNewFolder);
  let submitted: JobId | undefined;
  try {
    for (const { config } of submission.runs)
      await prepareJob(pathsOf(config), serializeResolved(config), script);
    const whole = await executor.submit(script, jobName(runs[0]?.name ?? ''), { environment });
    submitted = whole;
    return runs.map((run, index) => {
      const id = runs.length === 1 ? whole.id : `${whole.id}_${index}`;
      recordJob(run, { ...whole, executor: 'slurm', profile: profile.name, id, stage, next });
      return { run, job: id };
    });
  } catch (error) {
    // A job that no run knows could not be cancelled later.
    if (submitted !== undefined) await executor.cancel(submitted).catch(() => {});
    for (const run of runs) if (readLaunch(run).job === undefined) await abandonLaunch(run);
    for (const folder of newFolders) discardEmptyFolderSync(folder);
    throw error;
  }
}

/** A command that works on images, in shares. */
export interface ImageSubmission {
  /** The command with its arguments, such as `upscale`. */
  readonly words: readonly string[];
  readonly tasks: number;
  /** The most of them that run at the same time. */
  readonly atOnce: number;
  /** Working directory. */
  readonly folder: string;
  readonly profile: ClusterProfile;
  readonly command: CommandPath;
}

/** The scripts of the array, and of the job after it that does what is left and lists what fails. */
export function imageScriptsOf({ words, tasks, atOnce, folder, profile, command }: ImageSubmission): {
  readonly array: string;
  readonly rest: string;
} {
  const shared = { name: jobName(words[0] ?? ''), profile, folder };
  const outputs = withoutPatterns(folder);
  return {
    array: jobScript({
      ...shared,
      output: join(outputs, 'slurm-%A_%a.out'),
      array: { tasks, atOnce: Math.min(atOnce, tasks) },
      body: imageLines(words, tasks, profile, command),
    }),
    rest: jobScript({
      ...shared,
      output: join(outputs, 'slurm-%j.out'),
      body: imageLines(words, undefined, profile, command),
    }),
  };
}

/**
 * Submits a command that works on images; returns the ids of both jobs.
 *
 * @throws WorkbenchError `run` if the scheduler refuses a job
 */
export async function submitImages(
  submission: ImageSubmission,
  executor: Executor,
): Promise<{ readonly array: string; readonly rest: string }> {
  const scripts = imageScriptsOf(submission);
  const name = jobName(submission.words[0] ?? '');
  const array = await executor.submit(scripts.array, name);
  try {
    const rest = await executor.submit(scripts.rest, name, { words: [`--dependency=afterany:${array.id}`] });
    return { array: array.id, rest: rest.id };
  } catch (error) {
    await executor.cancel(array).catch(() => {});
    throw error;
  }
}

/** What the scheduler says about the runs whose state it decides. */
export function askAboutJobs(runs: readonly RunOnDisk[], executor: Executor): Promise<JobAnswer> {
  return executor.states(runs.flatMap(({ openJob }) => openJob ?? []));
}

/** Cancels the job of a run; the trainer writes a checkpoint. A run that was only queued is deleted if it was never trained. */
export async function cancelJob({ paths, state }: RunOnDisk, job: Job, executor: Executor): Promise<void> {
  await executor.cancel(job);
  if (state.state !== 'queued') return;
  // It may have started since its state was read: then its trainer may still write.
  const { states, problem } = await executor.states([job]);
  if (problem !== undefined) throw new WorkbenchError('run', problem);
  if (states.get(jobKey(job))?.state !== 'running') await abandonLaunch(paths);
}

/** Milliseconds until Slurm ends the processes of a job that it requeues. */
const requeueTime = 300_000;

/**
 * Continues the job that this process belongs to after its time limit: puts it back into the queue, which ends this
 * process. Where the cluster refuses that, submits it again.
 *
 * @returns what was done
 * @throws WorkbenchError `run`
 */
export async function requeue(run: RunPaths, executor: Executor): Promise<string> {
  const { job } = readLaunch(run);
  const own = jobStartOf(process.env)?.job.replace(/^.*\//, '');
  if (job === undefined || own === undefined) {
    throw new WorkbenchError('run', `Run ${run.name} has no job to requeue, or this is no job of Slurm.`);
  }
  try {
    await executor.requeue(own);
  } catch (refusal) {
    const script = readSmallFile(launchPaths(run).script, 10_000_000);
    if (script.state !== 'read') throw refusal;
    const [, task] = own.split('_');
    const next = await executor.submit(script.value, jobName(run.name), {
      words: [`--dependency=afterany:${own}`, ...(task === undefined ? [] : [`--array=${task}`])],
    });
    recordJob(run, { ...job, ...next, id: task === undefined ? next.id : `${next.id}_${task}` });
    return `Job ${own} cannot be requeued (${messageOf(refusal)}): job ${next.id} continues it.`;
  }
  await delay(requeueTime);
  return `Job ${own} is queued again.`;
}
