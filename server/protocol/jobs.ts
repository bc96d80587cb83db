import type { ModelReference } from './comparison.ts';
import type { DownloadTarget } from './downloads.ts';
import type { PreparationTask } from './preparation.ts';

/**
 * Work of minutes that can be cancelled: a child process of the server. Downloads run one after another, and so do jobs
 * that use an engine, and those that prepare images; none of these waits for another kind. Jobs live as long as the server; their results are files,
 * and a job that fails or is cancelled leaves none half-written.
 */
export interface Job {
  /** Id; unique while the server runs. */
  readonly job: string;
  readonly task: JobTask;
  readonly state: 'waiting' | 'running' | 'finished' | 'failed' | 'cancelled';
  /** The current part, for display: `set5, image 3 of 5`; empty while the job waits. */
  readonly detail: string;
  /** Parts done, and all of them: images, tiles, bytes of a download; null while the number is not known. */
  readonly done: number;
  readonly total: number | null;
  /** Parts per second, and seconds until the end; null while not known. */
  readonly rate: number | null;
  readonly etaSeconds: number | null;
  /** Why the job failed and what to do; null otherwise. */
  readonly message: string | null;
}

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
      /** The image to upscale. */
      readonly path: string;
      readonly models: readonly ModelReference[];
    }
  | { readonly kind: 'download'; readonly item: DownloadTarget }
  | { readonly kind: 'preparation'; readonly task: PreparationTask };

/** The requests about jobs. */
export interface JobRequests {
  /** The jobs that ended most recently, then those that run or wait, in their order. */
  'esrgan/jobs': { params: null; result: readonly Job[] };
  /** Cancels a job that waits or runs. */
  'esrgan/cancelJob': { params: { job: string }; result: null };
}
