import type { Executor } from '../../trainer/cluster/executor.ts';
import { askAboutJobs } from '../../trainer/cluster/submit.ts';
import { type JobState, type JobStates, jobKey } from '../../trainer/runs/job.ts';
import type { RunOnDisk } from '../../trainer/runs/list.ts';
import { type Closable, coalesce } from './watch.ts';

/** The states of the jobs that decide about the states of runs. */
export interface JobWatch extends Closable {
  /** As last heard; changes. */
  readonly states: JobStates;
  /** Why the states of jobs are not known; a sentence. */
  readonly whyUnknown: () => string;
  /** Asks the scheduler, now or when the pause since the last time is over, if there are such jobs and it may be asked. */
  request(): void;
}

/** Milliseconds between two questions: all users of a cluster ask the same controller. */
const pause = 10_000;

/**
 * Asks the scheduler about all jobs at once, every ten seconds while there is a run whose state depends on it. A job that
 * has ended is never asked about again.
 *
 * @param mayAsk whether the scheduler's commands may be started, as it is now
 * @param runs all known runs
 * @param onChange called with the folder of each run whose job has another state
 */
export function watchJobs(
  executor: Executor,
  mayAsk: () => boolean,
  runs: () => readonly RunOnDisk[],
  onChange: (run: string) => void,
): JobWatch {
  const states = new Map<string, JobState>();
  const open = () =>
    mayAsk()
      ? runs().filter(
          ({ openJob }) => openJob !== undefined && states.get(jobKey(openJob))?.state !== 'ended',
        )
      : [];

  let failure: string | undefined;

  async function ask(): Promise<void> {
    const asked = open();
    if (asked.length === 0) return;
    const answer = await askAboutJobs(asked, executor);
    // Without a scheduler here, or if it does not answer now, the states stay as they were.
    failure = answer.problem;
    for (const { openJob, paths } of asked) {
      const now = openJob && answer.states.get(jobKey(openJob));
      if (openJob === undefined || now === undefined) continue;
      if (JSON.stringify(states.get(jobKey(openJob))) === JSON.stringify(now)) continue;
      states.set(jobKey(openJob), now);
      onChange(paths.root);
    }
    asking.request();
  }

  const asking = coalesce(pause, () => void ask());
  return {
    states,
    whyUnknown() {
      if (!mayAsk()) return 'Slurm is not asked on Windows, or while the folder is not trusted.';
      return failure === undefined
        ? 'Slurm has not answered yet.'
        : `Slurm cannot be asked here: ${failure.replace(/\.?$/, '.')}`;
    },
    request() {
      if (open().length > 0) asking.request();
    },
    close: asking.close,
  };
}
