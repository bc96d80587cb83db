import type { JobId, JobStates } from '../runs/job.ts';

/** What a scheduler answers about jobs. */
export interface JobAnswer {
  /** Of the jobs of clusters that answered. */
  readonly states: JobStates;
  /** Why the states of other jobs are not known; undefined if all are. */
  readonly problem: string | undefined;
}

/** A scheduler of a cluster. Its methods reject with `run` errors that say what the scheduler's command printed. */
export interface Executor {
  /**
   * Submits a script, with further options; returns the job. A job whose submission was accepted and not answered is found
   * by its name, which is `name` and a text of its own.
   */
  submit(script: string, name: string, options?: readonly string[]): Promise<JobId>;
  /** The states of jobs, all of a cluster with one call. Never rejects. */
  states(jobs: readonly JobId[]): Promise<JobAnswer>;
  cancel(job: JobId): Promise<void>;
  /** Puts a running job back into the queue; this process is then ended. */
  requeue(id: string): Promise<void>;
}
