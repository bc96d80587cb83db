import type { ModelReference } from './comparison.ts';

/**
 * Work that takes a while and that a person may cancel: a child process of the server. Jobs wait for each other and
 * run one after another. They live as long as the server; what they leave are files, and a job that is cancelled or
 * fails leaves none half-written.
 */
export interface Job {
  /** Given by the server, never used twice while it runs. */
  readonly job: string;
  readonly task: JobTask;
  readonly state: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
  /** What it is doing now, for a person: `set5, image 3 of 5`; empty while it waits. */
  readonly detail: string;
  /** Parts (images, tiles) done, and in all; null while that is not known. */
  readonly done: number;
  readonly total: number | null;
  /** Parts a second, and seconds until the end; null while not known. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  /** Why it failed and what to do; null otherwise. */
  readonly message: string | null;
}

/** What a job does. */
export type JobTask =
  | {
      readonly kind: 'evaluation';
      readonly model: ModelReference;
      /** Folder of the test set. */
      readonly testSet: string;
      readonly protocols: readonly string[];
    }
  | {
      readonly kind: 'image';
      /** The image that is upscaled. */
      readonly path: string;
      readonly models: readonly ModelReference[];
    };

/** The requests about jobs. */
export interface JobRequests {
  /** The jobs that wait or run, in their order, and before them the latest that ended. */
  'esrgan/jobs': { params: null; result: readonly Job[] };
  /** Cancels a job that waits or runs; nothing of it is left. */
  'esrgan/cancelJob': { params: { job: string }; result: null };
}
