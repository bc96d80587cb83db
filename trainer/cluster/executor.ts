import type { JobId, JobStates } from '../runs/job.ts';

/** What a scheduler answers about jobs. */
export interface JobAnswer {
  /** Of the jobs of clusters that answered. */
  readonly states: JobStates;
  /** Why the states of other jobs are not known; undefined if all are. */
  readonly problem: string | undefined;
}

export interface SubmitOptions {
  /** Further words of the command that submits. */
  readonly words?: readonly string[];
  /** Variables for the job besides those of this process. No file of the run and no script has them. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A scheduler of a cluster. Its methods reject with `run` errors that say what the scheduler's command printed. */
export interface Executor {
  /**
   * Submits a script; returns the job. A job whose submission was accepted and not answered is found by its name, which is
   * `name` and a text of its own.
   */
  submit(script: string, name: string, options?: SubmitOptions): Promise<JobId>;
  /** The states of jobs, all of a cluster with one call. Never rejects. */
  states(jobs: readonly JobId[]): Promise<JobAnswer>;
  cancel(job: JobId): Promise<void>;
  /** Puts a running job back into the queue; this process is then ended. */
  requeue(id: string): Promise<void>;
}
