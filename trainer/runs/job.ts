import { isCount, isObject, isString } from '../guards/guards.ts';

/** A start of a job by a scheduler. A job that is requeued starts again with the same id. */
export interface JobStart {
  /** Identifies the job among all clusters: `<cluster>/<job id>`, with `_<index>` for a task of an array. */
  readonly job: string;
  /** How often the job was requeued before this start. */
  readonly restarts: number;
}

export const isJobStart = isObject<JobStart>({ job: isString, restarts: isCount });

/** The start of the Slurm job that a process belongs to; undefined outside of jobs. */
export function jobStartOf(environment: NodeJS.ProcessEnv): JobStart | undefined {
  const { SLURM_JOB_ID, SLURM_ARRAY_JOB_ID, SLURM_ARRAY_TASK_ID, SLURM_CLUSTER_NAME, SLURM_RESTART_COUNT } =
    environment;
  const id = SLURM_ARRAY_TASK_ID ? `${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}` : SLURM_JOB_ID;
  if (!id) return undefined;
  return { job: `${SLURM_CLUSTER_NAME ?? ''}/${id}`, restarts: Number(SLURM_RESTART_COUNT ?? 0) };
}
