import type { JobId, JobStates } from '../runs/job.ts';

/** A scheduler of a cluster. Its methods reject with `run` errors that say what the scheduler's command printed. */
export interface Executor {
  /** Submits a script, with further options; returns the job. */
  submit(script: string, options?: readonly string[]): Promise<JobId>;
  /** The states of jobs, all of a cluster with one call. */
  states(jobs: readonly JobId[]): Promise<JobStates>;
  cancel(job: JobId): Promise<void>;
  /** Puts a running job back into the queue; this process is then ended. */
  requeue(id: string): Promise<void>;
}
