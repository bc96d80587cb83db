import { expect, test, vi } from 'vitest';
import { watchJobs } from '../../../../server/experiments/job-states.ts';
import type { Executor } from '../../../../trainer/cluster/executor.ts';
import { noNotes } from '../../../../trainer/run-state/notes.ts';
import type { JobState } from '../../../../trainer/runs/job.ts';
import type { RunOnDisk } from '../../../../trainer/runs/list.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';

const never = () => Promise.reject(new Error('not expected'));

function runOf(id: string): RunOnDisk {
  const job = { format: 1, time: '', executor: 'slurm', profile: 'gpu', id, stage: 'training' } as const;
  return {
    paths: runPaths(`/runs/${id}`),
    kind: 'esrgan',
    color: 0,
    notes: noNotes,
    state: { state: 'unknown', reason: null, stage: null, next: null },
    status: undefined,
    stageStatus: undefined,
    launch: undefined,
    openJob: job,
    jobState: undefined,
    updated: null,
  };
}

/** Ten seconds later; the question is answered. */
const later = () => vi.advanceTimersByTimeAsync(10_000);

test('asks about all jobs at once where it may, every ten seconds, until they have ended', async () => {
  vi.useFakeTimers();
  try {
    const asked: string[] = [];
    const changed: string[] = [];
    const answers = new Map<string, JobState>([
      ['/7', { state: 'pending', reason: 'Priority' }],
      ['/8', { state: 'ended' }],
    ]);
    let isReachable = true;
    const executor: Executor = {
      submit: never,
      cancel: never,
      requeue: never,
      async states(jobs) {
        asked.push(jobs.map(({ id }) => id).join(' '));
        return isReachable
          ? { states: answers, problem: undefined }
          : { states: new Map(), problem: 'no controller' };
      },
    };
    let runs = [runOf('7'), runOf('8')];
    let mayAsk = false;
    const jobs = watchJobs(
      executor,
      () => mayAsk,
      () => runs,
      (run) => changed.push(run),
    );
    jobs.request();
    await later();
    expect(asked).toEqual([]);
    expect(jobs.whyUnknown()).toContain('not trusted');
    mayAsk = true;
    expect(jobs.whyUnknown()).toBe('Slurm has not answered yet.');
    jobs.request();
    jobs.request();
    await vi.advanceTimersByTimeAsync(0);
    expect([asked, changed.length]).toEqual([['7 8'], 2]);
    expect(jobs.states.get('/7')).toEqual({ state: 'pending', reason: 'Priority' });
    isReachable = false;
    await later();
    expect(jobs.states.get('/7')).toEqual({ state: 'pending', reason: 'Priority' });
    expect(jobs.whyUnknown()).toBe('Slurm cannot be asked here: no controller.');
    isReachable = true;
    answers.set('/7', { state: 'ended' });
    await later();
    expect([asked, changed.length]).toEqual([['7 8', '7', '7'], 3]);
    await later();
    jobs.request();
    await later();
    expect(asked).toHaveLength(3);
    runs = [...runs, runOf('9')];
    jobs.request();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked.at(-1)).toBe('9');
    jobs.close();
  } finally {
    vi.useRealTimers();
  }
});
