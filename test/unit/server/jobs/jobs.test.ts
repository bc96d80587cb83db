import { expect, test } from 'vitest';
import { createJobs, type JobProgress, type Work } from '../../../../server/jobs/jobs.ts';
import type { Job, JobTask } from '../../../../server/protocol/jobs.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';

const task = (path: string): JobTask => ({ kind: 'image', path, models: [] });

/** Jobs under a clock that is set by hand, whose works end when they are told to. */
function jobsAtHand() {
  const told: string[] = [];
  const running = new Map<string, { tell: (progress: JobProgress) => void; end: (error?: Error) => void }>();
  let time = 0;
  const pathOf = ({ task }: Job) => (task.kind === 'image' ? task.path : '');
  const jobs = createJobs(
    (job) => told.push(`${pathOf(job)} ${job.state}`),
    (text) => text.replace('/w/', ''),
    () => time,
  );
  const work =
    (path: string): Work =>
    (tell, signal) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve());
        running.set(path, { tell, end });
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
  return {
    jobs,
    told,
    running,
    add: (path: string) => jobs.add(task(path), work(path)),
    advance: (milliseconds: number) => (time += milliseconds),
    /** The rest of what was begun. */
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

test('jobs run one after another', async () => {
  const { add, told, running, settle } = jobsAtHand();
  add('a');
  add('b');
  expect(told).toEqual(['a waiting', 'a running', 'b waiting']);
  running.get('a')?.end();
  await settle();
  expect(told.slice(3)).toEqual(['a finished', 'b running']);
});

test('a failure says why and lets the next one run', async () => {
  const { jobs, add, running, settle } = jobsAtHand();
  const a = add('a');
  add('b');
  running.get('a')?.end(new WorkbenchError('data', 'The image /w/a.png is damaged.'));
  await settle();
  expect(jobs.list()).toMatchObject([
    { job: a, state: 'failed', message: 'The image a.png is damaged.' },
    { state: 'running' },
  ]);
});

test('those that wait and those that run can be cancelled', async () => {
  const { jobs, add, told, settle } = jobsAtHand();
  const [a, b, c] = [add('a'), add('b'), add('c')];
  jobs.cancel(b);
  jobs.cancel(a);
  jobs.cancel('unknown');
  await settle();
  expect(told.slice(4)).toEqual(['b cancelled', 'a cancelled', 'c running']);
  expect(jobs.list().map(({ job, state }) => [job, state])).toEqual([
    [b, 'cancelled'],
    [a, 'cancelled'],
    [c, 'running'],
  ]);
});

test('what is already asked for is not begun twice, but again once it has ended', async () => {
  const { add, running, settle } = jobsAtHand();
  const a = add('a');
  expect(add('a')).toBe(a);
  running.get('a')?.end();
  await settle();
  expect(add('a')).not.toBe(a);
});

test('closing cancels all', async () => {
  const { jobs, add, told, settle } = jobsAtHand();
  add('a');
  add('b');
  jobs.close();
  await settle();
  expect(told.slice(3)).toEqual(['b cancelled', 'a cancelled']);
});

test.each<[string, [number, JobProgress][], Partial<Job>]>([
  [
    'rate and time left',
    [
      [0, { detail: '', done: 0, total: 10 }],
      [2000, { detail: 'image 5', done: 4, total: 10 }],
    ],
    { done: 4, total: 10, detail: 'image 5', rate: 2, etaSeconds: 3 },
  ],
  [
    'no rate before something is done',
    [[5000, { detail: 'image 1', done: 0, total: 10 }]],
    { done: 0, rate: null, etaSeconds: null },
  ],
  [
    'what was there at first is no work',
    [
      [1000, { detail: '', done: 8, total: 10 }],
      [1000, { detail: '', done: 9, total: 10 }],
    ],
    { done: 9, rate: 1, etaSeconds: 1 },
  ],
  [
    'of many tellings at once the first, and the last of all',
    [
      [0, { detail: '', done: 0, total: 3 }],
      [10, { detail: '', done: 1, total: 3 }],
      [10, { detail: '', done: 2, total: 3 }],
    ],
    { done: 0 },
  ],
])('progress: %s', (_, tellings, expected) => {
  const { jobs, add, running, advance } = jobsAtHand();
  add('a');
  for (const [milliseconds, progress] of tellings) {
    advance(milliseconds);
    running.get('a')?.tell(progress);
  }
  expect(jobs.list()[0]).toMatchObject(expected);
});
