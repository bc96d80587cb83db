import type { JobState } from '../runs/job.ts';

/** A scheduler of a cluster. Its methods reject with `run` errors that say what the scheduler's command printed. */
export interface Executor {
  /** Submits a script, with further options; returns the id of the job. */
  submit(script: string, options?: readonly string[]): Promise<string>;
  /** The states of jobs by id, all with one call. */
  states(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>>;
  cancel(id: string): Promise<void>;
  /** Puts a running job back into the queue; this process is then ended. */
  requeue(id: string): Promise<void>;
}
