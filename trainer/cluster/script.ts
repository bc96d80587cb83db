import type { ClusterProfile } from '../../schemas/cluster-profiles.ts';
import { exitCodes, WorkbenchError } from '../errors/errors.ts';
import type { CommandPath } from './command-path.ts';

/** A job, or an array of jobs, of Slurm. */
export interface ScriptOptions {
  readonly name: string;
  readonly profile: ClusterProfile;
  /** Working directory. */
  readonly folder: string;
  /** File of the output, with Slurm's patterns such as `%a`. */
  readonly output: string;
  /** Of an array; undefined for a single job. */
  readonly array?: { readonly tasks: number; readonly atOnce: number };
  /** Lines of bash. */
  readonly body: readonly string[];
}

/**
 * A script for `sbatch`.
 *
 * @throws WorkbenchError `config` if an option would continue on another line of the script
 */
export function jobScript({ name, profile, folder, output, array, body }: ScriptOptions): string {
  const options = [
    `--job-name=${name}`,
    `--chdir=${folder}`,
    `--output=${output}`,
    '--open-mode=append',
    '--ntasks=1',
    profile.partition && `--partition=${profile.partition}`,
    profile.account && `--account=${profile.account}`,
    profile.gres && `--gres=${profile.gres}`,
    profile.cpus && `--cpus-per-task=${profile.cpus}`,
    profile.memory && `--mem=${profile.memory}`,
    profile.time && `--time=${profile.time}`,
    '--requeue',
    `--signal=USR2@${profile.seconds_before_limit}`,
    array && `--array=0-${array.tasks - 1}%${array.atOnce}`,
    ...profile.options,
  ];
  return [
    '#!/bin/bash',
    ...options.flatMap((option) => (option ? [`#SBATCH ${quotedOption(option)}`] : [])),
    '',
    ...body,
    '',
  ].join('\n');
}

/** Lines that train the runs, each in a task of its own. */
export function trainingLines(
  runs: readonly { readonly root: string; readonly file: string | null }[],
  stage: string,
  { cpus, setup }: ClusterProfile,
  { node, esrgan }: CommandPath,
): string[] {
  const place =
    runs.length === 1
      ? runs.map(assignments)
      : [
          'case $SLURM_ARRAY_TASK_ID in',
          ...runs.map((run, task) => `  ${task}) ${assignments(run)} ;;`),
          'esac',
          'exec >>"$run/launch/output.txt" 2>&1',
        ];
  return [
    ...place,
    `esrgan=(${quoted(node)} ${quoted(esrgan)})`,
    ...setup,
    '',
    // The setup may have set -e or -u.
    'code=0',
    // Slurm's srun does not take the number of processors from the job.
    `srun${cpus ? ` --cpus-per-task=${cpus}` : ''} --kill-on-bad-exit=0 "\${esrgan[@]}" \\`,
    `  train "$run/launch/run.esrgan.yaml" --stage ${stage} --resume --wait-lock ${lockPatience} \${source[@]+"\${source[@]}"} || code=$?`,
    '# A checkpoint was written before the time limit: the training continues in the next job.',
    `if [ $code -eq ${exitCodes.timeLimit} ]; then "\${esrgan[@]}" requeue "$run"; fi`,
    'exit $code',
  ];
}

function assignments({ root, file }: { readonly root: string; readonly file: string | null }): string {
  return `run=${quoted(root)} source=(${file === null ? '' : `--source ${quoted(file)}`})`;
}

/**
 * Lines that run a command on the images: on its share in each task of an array; without `tasks` on all of them, in a single
 * job.
 */
export function imageLines(
  words: readonly string[],
  tasks: number | undefined,
  { cpus, setup }: ClusterProfile,
  { node, esrgan }: CommandPath,
): string[] {
  const [share, job] =
    tasks === undefined
      ? ['', '$SLURM_JOB_ID']
      : [` --share $((SLURM_ARRAY_TASK_ID + 1))/${tasks}`, `\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID`];
  return [
    ...setup,
    'code=0',
    `srun${cpus ? ` --cpus-per-task=${cpus}` : ''} --kill-on-bad-exit=0 \\`,
    `  ${[node, esrgan, ...words].map(quoted).join(' ')}${share} || code=$?`,
    '# SIGUSR2 ended it before the time limit: when it starts again, it skips what is done.',
    `if [ $code -eq ${128 + 12} ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${mostRestarts} ]; then scontrol requeue "${job}" && sleep 300; fi`,
    'exit $code',
  ];
}

/** An image that takes longer than the time limit would be started for ever. */
const mostRestarts = 100;

/** Seconds: a killed process on another node may seem alive for three minutes. */
export const lockPatience = 600;

/** A word of bash. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A word of a `#SBATCH` line. */
function quotedOption(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would end the option
  if (/[\x00-\x1f]/.test(text)) {
    const shown = JSON.stringify(text);
    throw new WorkbenchError(
      'config',
      `${shown} cannot be an option of sbatch: it has a line break or another control character. Rename the folder, or change the profile.`,
    );
  }
  return /^[\w@%:=,./+-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** A path in an option that has patterns. */
export function withoutPatterns(path: string): string {
  return path.replaceAll('%', '%%');
}
