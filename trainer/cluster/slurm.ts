import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { environmentWithout, findProgram } from '../files/programs.ts';
import { formatDuration } from '../format/format.ts';
import { type JobId, type JobState, jobKey } from '../runs/job.ts';
import type { Executor } from './executor.ts';

/** Milliseconds. */
export interface Patience {
  /** For an answer to a command: a busy controller answers late. */
  readonly answer: number;
  /** Between two looks for a job that may have been submitted. */
  readonly pause: number;
}

/** How often a job is looked for that may have been submitted. */
const mostLooks = 6;

/** Slurm, by its commands on this host. Nothing needs its accounting, which many clusters do not have. */
export function createSlurm({ answer, pause }: Patience): Executor {
  return {
    async submit(script, name, { words = [], environment = {} } = {}) {
      const unique = `${name}-${randomBytes(4).toString('hex')}`;
      const args = ['--parsable', `--job-name=${unique}`, ...words];
      try {
        return jobOfAnswer(await slurmCommand('sbatch', args, answer, script, environment));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        return await findSubmitted(script, unique, error);
      }
    },
    async states(jobs) {
      const clusters = [...new Set(jobs.map(({ cluster }) => cluster))];
      const answers = await Promise.allSettled(
        clusters.map((cluster) =>
          statesOnCluster(
            jobs.filter((job) => job.cluster === cluster),
            answer,
          ),
        ),
      );
      const problems = answers.flatMap((each) => (each.status === 'rejected' ? messageOf(each.reason) : []));
      return {
        states: new Map(answers.flatMap((each) => (each.status === 'fulfilled' ? each.value : []))),
        problem: problems.length === 0 ? undefined : problems.join(' '),
      };
    },
    async cancel(job) {
      await slurmCommand('scancel', [...clusterOption(job.cluster), job.id], answer);
    },
    async requeue(id) {
      await slurmCommand('scontrol', ['requeue', id], answer);
    },
  };

  /**
   * The job of this name, which the controller may list late.
   *
   * @throws WorkbenchError `run` if there is none for now
   */
  async function findSubmitted(script: string, name: string, cause: NoAnswer): Promise<JobId> {
    // As `sbatch` reads it from the script.
    const [, clusters] = /^#SBATCH "?(?:--clusters=|-M ?)([\w.,-]+)/m.exec(script) ?? [];
    const args = [...clusterOption(clusters), '-h', `--name=${name}`, '-o', '%A'];
    let isAnswered = false;
    for (let look = 0; look < mostLooks; look++) {
      await delay(pause);
      const output = await slurmCommand('squeue', args, answer).catch(() => undefined);
      isAnswered ||= output !== undefined;
      const job = jobByName(output ?? '');
      if (job !== undefined) return job;
    }
    const found = isAnswered ? `squeue lists no job ${name} so far` : 'squeue does not answer either';
    throw new WorkbenchError(
      'run',
      `${cause.message} It is not known whether the job was submitted: ${found}. Before you submit again, look with \`squeue --name=${name}\`, and cancel it with \`scancel --name=${name}\`.`,
      { cause },
    );
  }
}

export const slurm: Executor = createSlurm({ answer: 60_000, pause: 5000 });

/** The job in what `sbatch --parsable` printed: `<job id>`, or `<job id>;<cluster>`. */
function jobOfAnswer(output: string): JobId {
  const [, id, cluster] = /^(\d+)(?:;(\w[\w.-]*))?/.exec(output) ?? [];
  if (id === undefined) throw new WorkbenchError('run', `sbatch printed no job id: ${output.trim()}`);
  return cluster === undefined ? { id } : { id, cluster };
}

/** The job in lines of `squeue -o %A`; with several clusters, a line with its name precedes those of each. */
function jobByName(output: string): JobId | undefined {
  let cluster: string | undefined;
  for (const line of output.split('\n')) {
    const [, name] = /^CLUSTER: (\w[\w.-]*)/.exec(line) ?? [];
    if (name !== undefined) cluster = name;
    else if (/^\d+$/.test(line.trim())) {
      const id = line.trim();
      return cluster === undefined ? { id } : { id, cluster };
    }
  }
  return undefined;
}

/** The option of Slurm's commands that names a cluster. */
function clusterOption(cluster: string | undefined): string[] {
  return cluster === undefined ? [] : ['-M', cluster];
}

/** The states of jobs of one cluster by their keys. */
async function statesOnCluster(jobs: readonly JobId[], timeout: number): Promise<[key: string, JobState][]> {
  const ids = [...new Set(jobs.map(({ id }) => id.replace(/_.*/, '')))];
  // Slurm fails if the only job of a list is no longer known, and not if it is twice in it.
  const list = [...ids, ...ids.slice(0, 1)].join(',');
  // Older versions have no JSON.
  const options = [...clusterOption(jobs[0]?.cluster), '-h', '-r', '-j', list, '-o', '%i|%T|%r|%N'];
  if (findProgram('squeue') === undefined) {
    throw new WorkbenchError('run', 'squeue is not installed here.');
  }
  const found = jobStatesOf(await slurmCommand('squeue', options, timeout));
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

/** The controller did not answer a command, and may have done what it says. */
class NoAnswer extends WorkbenchError {}

/** What commands print if the controller does not answer in time, or the connection breaks. */
const noAnswer = /timed? ?out|zero bytes|communication|connection/i;

/** @throws WorkbenchError `run` with what the command printed */
function slurmCommand(
  program: string,
  args: readonly string[],
  timeout: number,
  input = '',
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const file = findProgram(program);
  if (file === undefined) {
    const message = `${program} is not installed here: submit runs on a login node of the cluster.`;
    return Promise.reject(new WorkbenchError('run', message));
  }
  // The filters of a person for the eyes would hide jobs, which then count as ended.
  const env = { ...environmentWithout('SQUEUE_'), ...environment };
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { env, timeout, windowsHide: true }, (cause, stdout, stderr) => {
      if (cause === null) return resolve(stdout);
      if (cause.killed === true) {
        const message = `${program} did not answer within ${formatDuration(timeout / 1000)}.`;
        return reject(new NoAnswer('run', message, { cause }));
      }
      const message = `${program} failed: ${stderr.trim() || cause.message}`;
      const Failure = noAnswer.test(stderr) ? NoAnswer : WorkbenchError;
      reject(new Failure('run', message, { cause }));
    });
    // A command that fails at once does not read its input.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
