import { isDeepStrictEqual } from 'node:util';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import type { Job, JobTask } from '../protocol/jobs.ts';

/** Progress of a job, in its own words and parts. */
export interface JobProgress {
  readonly detail: string;
  readonly done: number;
  readonly total: number | null;
}

/** Does a job; rejects when it fails, and soon after `signal` aborts. */
export type Work = (report: (progress: JobProgress) => void, signal: AbortSignal) => Promise<void>;

/** Jobs that need the same resource run one after another. */
export interface Jobs {
  /** The jobs that ended most recently, then those that run or wait, in their order. */
  list(): readonly Job[];
  /** Queues a job and returns its id, or the id of the same task where that waits or runs already. */
  add(task: JobTask, work: Work): string;
  /** Cancels a job that waits or runs. */
  cancel(job: string): void;
  /** Cancels all. */
  close(): void;
}

/** Ended jobs that `list` still has. */
const listedEnded = 20;

/** Minimum milliseconds between two reports of a job's progress. */
const reportInterval = 100;

interface Entry {
  job: Job;
  readonly work: Work;
  readonly abort: AbortController;
}

/** `onChange` receives every job that was added, progressed or ended; messages have the paths of `withRelativePaths`; `now` is a clock
 * in milliseconds. */
export function createJobs(
  onChange: (job: Job) => void,
  withRelativePaths: (text: string) => string,
  now: () => number = () => performance.now(),
): Jobs {
  let ended: Job[] = [];
  const queue: Entry[] = [];
  const busy = new Set<Resource>();
  let count = 0;

  function change(entry: Entry, part: Partial<Job>): void {
    entry.job = { ...entry.job, ...part };
    onChange(entry.job);
  }

  function end(entry: Entry, part: Partial<Job>): void {
    queue.splice(queue.indexOf(entry), 1);
    ended = [...ended, { ...entry.job, ...part }].slice(-listedEnded);
    change(entry, part);
  }

  async function run(entry: Entry): Promise<void> {
    const started = now();
    let reported = Number.NEGATIVE_INFINITY;
    // Parts done before the first report (existing results) do not count towards the rate.
    let first: { readonly done: number; readonly time: number } | undefined;
    change(entry, { state: 'running' });
    const report = ({ detail, done, total }: JobProgress) => {
      const time = now();
      first ??= { done, time: done === 0 ? started : time };
      if (time - reported < reportInterval && done !== total) return;
      reported = time;
      const seconds = (time - first.time) / 1000;
      const rate = done > first.done && seconds > 0 ? (done - first.done) / seconds : null;
      const etaSeconds = rate === null || total === null ? null : (total - done) / rate;
      change(entry, { detail, done, total, rate, etaSeconds });
    };
    try {
      await entry.work(report, entry.abort.signal);
      end(entry, { state: 'finished', etaSeconds: null });
    } catch (error) {
      if (entry.abort.signal.aborted) end(entry, { state: 'cancelled', etaSeconds: null });
      else
        end(entry, { state: 'failed', etaSeconds: null, message: withRelativePaths(failureMessage(error)) });
    }
  }

  async function runAll(resource: Resource): Promise<void> {
    if (busy.has(resource)) return;
    busy.add(resource);
    const next = () => queue.find(({ job }) => resourceOf(job.task) === resource);
    for (let entry = next(); entry !== undefined; entry = next()) await run(entry);
    busy.delete(resource);
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
      void runAll(resourceOf(task));
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

type Resource = 'engine' | 'network' | 'images';

function resourceOf({ kind }: JobTask): Resource {
  if (kind === 'preparation') return 'images';
  return kind === 'download' ? 'network' : 'engine';
}

function failureMessage(error: unknown): string {
  return error instanceof WorkbenchError
    ? error.message
    : `Internal error in ESRGAN Workbench: ${messageOf(error)}`;
}
