import { isDeepStrictEqual } from 'node:util';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import type { Job, JobTask } from '../protocol/jobs.ts';

/** What a job tells of itself: what it does, and how many of how many parts are done. */
export interface JobProgress {
  readonly detail: string;
  readonly done: number;
  readonly total: number | null;
}

/** Does a job; rejects where it fails, and soon after `signal` where it is cancelled. */
export type Work = (tell: (progress: JobProgress) => void, signal: AbortSignal) => Promise<void>;

/** Jobs, which run one after another. */
export interface Jobs {
  /** The latest that ended, then those that run or wait, in their order. */
  list(): readonly Job[];
  /** Puts a job at the end of the queue and gives its id; the one of the same task where that waits or runs. */
  add(task: JobTask, work: Work): string;
  /** Ends a job that waits or runs; others are left as they are. */
  cancel(job: string): void;
  /** Cancels all. */
  close(): void;
}

/** Jobs that ended and are still listed. */
const endedKept = 20;

/** Milliseconds between two tellings of a job's progress. */
const pace = 100;

interface Entry {
  job: Job;
  readonly work: Work;
  readonly abort: AbortController;
}

/** `onChange` hears of every job that comes, goes on or ends; `now` is a clock in milliseconds. */
export function createJobs(onChange: (job: Job) => void, now: () => number = () => performance.now()): Jobs {
  let ended: Job[] = [];
  const queue: Entry[] = [];
  let count = 0;
  let isRunning = false;

  function change(entry: Entry, part: Partial<Job>): void {
    entry.job = { ...entry.job, ...part };
    onChange(entry.job);
  }

  function end(entry: Entry, part: Partial<Job>): void {
    queue.splice(queue.indexOf(entry), 1);
    ended = [...ended, { ...entry.job, ...part }].slice(-endedKept);
    change(entry, part);
  }

  async function run(entry: Entry): Promise<void> {
    const started = now();
    let told = Number.NEGATIVE_INFINITY;
    // What was done before the first telling (kept results) says nothing of the speed.
    let first: { readonly done: number; readonly time: number } | undefined;
    change(entry, { state: 'running' });
    const tell = ({ detail, done, total }: JobProgress) => {
      const time = now();
      first ??= { done, time: done === 0 ? started : time };
      if (time - told < pace && done !== total) return;
      told = time;
      const seconds = (time - first.time) / 1000;
      const rate = done > first.done && seconds > 0 ? (done - first.done) / seconds : null;
      const etaSeconds = rate === null || total === null ? null : (total - done) / rate;
      change(entry, { detail, done, total, rate, etaSeconds });
    };
    try {
      await entry.work(tell, entry.abort.signal);
      end(entry, { state: 'finished', etaSeconds: null });
    } catch (error) {
      if (entry.abort.signal.aborted) end(entry, { state: 'cancelled', etaSeconds: null });
      else end(entry, { state: 'failed', etaSeconds: null, message: messageOf(error) });
    }
  }

  async function runAll(): Promise<void> {
    if (isRunning) return;
    isRunning = true;
    for (let [next] = queue; next !== undefined; [next] = queue) await run(next);
    isRunning = false;
  }

  function cancel(entry: Entry): void {
    if (entry.job.state === 'waiting') end(entry, { state: 'cancelled' });
    else entry.abort.abort();
  }

  return {
    list: () => [...ended, ...queue.map(({ job }) => job)],
    add(task, work) {
      const same = queue.find(({ job, abort }) => !abort.signal.aborted && isDeepStrictEqual(job.task, task));
      if (same !== undefined) return same.job.job;
      count++;
      const job: Job = {
        job: String(count),
        task,
        state: 'waiting',
        detail: '',
        done: 0,
        total: null,
        rate: null,
        etaSeconds: null,
        message: null,
      };
      queue.push({ job, work, abort: new AbortController() });
      onChange(job);
      void runAll();
      return job.job;
    },
    cancel(job) {
      const entry = queue.find((each) => each.job.job === job);
      if (entry !== undefined) cancel(entry);
    },
    close() {
      for (const entry of queue.toReversed()) cancel(entry);
    },
  };
}

function messageOf(error: unknown): string {
  if (error instanceof WorkbenchError) return error.message;
  return `A defect of ESRGAN Workbench: ${error instanceof Error ? error.message : String(error)}`;
}
