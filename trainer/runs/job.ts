import { type Guard, isCount, isObject, isOneOf, isOptional, isString } from '../guards/guards.ts';
import { type Stage, stages } from '../run-state/run-state.ts';

/** A start of a job by a scheduler. A job that is requeued starts again with the same id. */
export interface JobStart {
  /** Identifies the job among all clusters: `<cluster>/<job id>`, with `_<index>` for a task of an array. */
  readonly job: string;
  /** How often the job was requeued before this start. */
  readonly restarts: number;
}

export const isJobStart = isObject<JobStart>({ job: isString, restarts: isCount });

/** The job that trains a run (`launch/job.json`). */
export interface Job {
  readonly format: 1;
  /** When it was submitted; ISO 8601, UTC. */
  readonly time: string;
  readonly executor: 'slurm';
  /** The profile of the cluster that it was submitted with. */
  readonly profile: string;
  /** `<job id>`, with `_<index>` for a task of an array. */
  readonly id: string;
  /** The cluster of the job where the scheduler named it; else the one that the scheduler's commands ask anyway. */
  readonly cluster?: string | undefined;
  readonly stage: Stage;
  /** The stage that it trains after this one. */
  readonly next?: Stage | undefined;
}

/** Others could be options of Slurm's commands, or make them fail for all jobs at once. */
const isJobId: Guard<string> = (value): value is string => isString(value) && /^\d+(_\d+)?$/.test(value);

const isCluster: Guard<string> = (value): value is string => isString(value) && /^\w[\w.-]*$/.test(value);

export const isJob = isObject<Job>({
  format: isOneOf([1]),
  time: isString,
  executor: isOneOf(['slurm']),
  profile: isString,
  id: isJobId,
  cluster: isOptional(isCluster),
  stage: isOneOf(stages),
  next: isOptional(isOneOf(stages)),
});

/** What a scheduler says about a job. `ended`: it no longer knows it, or it will not start again. */
export type JobState =
  | { readonly state: 'pending'; readonly reason: string }
  | { readonly state: 'running'; readonly nodes: string }
  | { readonly state: 'ended' };

/** Identifies a job for its scheduler. */
export type JobId = Pick<Job, 'id' | 'cluster'>;

/** The key of a job in `JobStates`. */
export function jobKey({ id, cluster = '' }: JobId): string {
  return `${cluster}/${id}`;
}

/** The states of jobs by `jobKey`, as far as they are known. */
export type JobStates = ReadonlyMap<string, JobState>;

/** The start of the Slurm job that a process belongs to; undefined outside of jobs. */
export function jobStartOf(environment: NodeJS.ProcessEnv): JobStart | undefined {
  const { SLURM_JOB_ID, SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID, SLURM_CLUSTER_NAME, SLURM_RESTART_COUNT } =
    environment;
  const id = SLURM_ARRAY_TASK_ID ? `${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}` : SLURM_JOB_ID;
  if (!id) return undefined;
  return { job: `${SLURM_CLUSTER_NAME ?? ''}/${id}`, restarts: Number(SLURM_RESTART_COUNT ?? 0) };
}
