import { execFile } from 'node:child_process';
import { WorkbenchError } from '../errors/errors.ts';
import { environmentWithout, findProgram } from '../files/programs.ts';
import { type JobId, type JobState, jobKey } from '../runs/job.ts';
import type { Executor } from './executor.ts';

/** Milliseconds: a busy controller answers late. */
const timeout = 60_000;

/** Slurm, by its commands on this host. Nothing needs its accounting, which many clusters do not have. */
export const slurm: Executor = {
  async submit(script, options = []) {
    const output = await slurmCommand('sbatch', ['--parsable', ...options], script);
    // `<job id>`, or `<job id>;<cluster>`.
    const [, id, cluster] = /^(\d+)(?:;(\w[\w.-]*))?/.exec(output) ?? [];
    if (id === undefined) throw new WorkbenchError('run', `sbatch printed no job id: ${output.trim()}`);
    return cluster === undefined ? { id } : { id, cluster };
  },
  async states(jobs) {
    const clusters = [...new Set(jobs.map(({ cluster }) => cluster))];
    const states = await Promise.all(
      clusters.map((cluster) => statesOnCluster(jobs.filter((job) => job.cluster === cluster))),
    );
    return new Map(states.flat());
  },
  async cancel(job) {
    await slurmCommand('scancel', [...clusterOption(job), job.id]);
  },
  async requeue(id) {
    await slurmCommand('scontrol', ['requeue', id]);
  },
};

/** The option of Slurm's commands that names the cluster of a job. */
function clusterOption(job: JobId | undefined): string[] {
  return job?.cluster === undefined ? [] : ['-M', job.cluster];
}

/** The states of jobs of one cluster by their keys. */
async function statesOnCluster(jobs: readonly JobId[]): Promise<[key: string, JobState][]> {
  const ids = [...new Set(jobs.map(({ id }) => id.replace(/_.*/, '')))];
  // Slurm fails if the only job of a list is no longer known, and not if it is twice in it.
  const list = [...ids, ...ids.slice(0, 1)].join(',');
  // Older versions have no JSON.
  const options = [...clusterOption(jobs[0]), '-h', '-r', '-j', list, '-o', '%i|%T|%r|%N'];
  if (findProgram('squeue') === undefined) {
    throw new WorkbenchError('run', 'squeue is not installed here.');
  }
  const found = jobStatesOf(await slurmCommand('squeue', options));
  return jobs.map((job) => [jobKey(job), found.get(job.id) ?? { state: 'ended' }]);
}

const waiting = ['PENDING', 'REQUEUED', 'REQUEUE_HOLD', 'REQUEUE_FED', 'SPECIAL_EXIT'];
const ended = [
  'COMPLETED',
  'CANCELLED',
  'FAILED',
  'TIMEOUT',
  'NODE_FAIL',
  'PREEMPTED',
  'BOOT_FAIL',
  'DEADLINE',
  'OUT_OF_MEMORY',
  'REVOKED',
];

/** Parses lines of `squeue -o '%i|%T|%r|%N'`. A job that is completing may be queued again: it has not ended. */
export function jobStatesOf(output: string): ReadonlyMap<string, JobState> {
  const states = new Map<string, JobState>();
  for (const line of output.split('\n')) {
    const [id = '', state = '', reason = '', nodes = ''] = line.split('|');
    if (id === '') continue;
    if (waiting.includes(state)) states.set(id, { state: 'pending', reason });
    else states.set(id, ended.includes(state) ? { state: 'ended' } : { state: 'running', nodes });
  }
  return states;
}

/** @throws WorkbenchError `run` with what the command printed */
function slurmCommand(program: string, args: readonly string[], input = ''): Promise<string> {
  const file = findProgram(program);
  if (file === undefined) {
    const message = `${program} is not installed here: submit runs on a login node of the cluster.`;
    return Promise.reject(new WorkbenchError('run', message));
  }
  // The filters of a person for the eyes would hide jobs, which then count as ended.
  const env = environmentWithout('SQUEUE_');
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { env, timeout, windowsHide: true }, (cause, stdout, stderr) => {
      if (cause === null) return resolve(stdout);
      const message = `${program} failed: ${stderr.trim() || cause.message}`;
      reject(new WorkbenchError('run', message, { cause }));
    });
    // A command that fails at once does not read its input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
