import { expect, test } from 'vitest';
import { followJob } from '../../../../client/jobs/follow-job.ts';
import type { Job } from '../../../../server/protocol/jobs.ts';

const job: Job = {
  job: '1',
  task: {
    kind: 'download',
    item: { kind: 'data', name: 'div2k', path: '/data/div2k', scale: 4, archives: null },
  },
  state: 'running',
  detail: 'DIV2K.zip: downloading',
  done: 0,
  total: 100,
  rate: null,
  etaSeconds: null,
  message: null,
};

/** An event with the listeners that are registered now. */
function anEvent<T>() {
  const listeners = new Set<(value: T) => void>();
  return {
    listeners,
    fire: (value: T) => listeners.forEach((listener) => void listener(value)),
    on(listener: (value: T) => void) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
  };
}

function aJob() {
  const changed = anEvent<Job>();
  const restarted = anEvent<void>();
  const cancelled = anEvent<void>();
  const increments: number[] = [];
  let cancellations = 0;
  const end = followJob(
    {
      onChange: changed.on,
      onRestart: restarted.on,
      async cancel() {
        cancellations++;
      },
    },
    ({ detail }) => detail,
    ({ increment }) => increments.push(increment),
    { onCancellationRequested: cancelled.on, isCancellationRequested: false },
  );
  return { changed, restarted, cancelled, increments, end, cancellations: () => cancellations };
}

test('progress is reported in increments, to the end', async () => {
  const { changed, increments, end } = aJob();
  for (const done of [0, 25, 75]) changed.fire({ ...job, done });
  changed.fire({ ...job, state: 'finished', done: 100 });
  expect(await end).toBe('finished');
  expect(increments).toEqual([0, 25, 50]);
  expect(changed.listeners.size).toBe(0);
});

test('a failure rejects with the message of the job', async () => {
  const { changed, end } = aJob();
  changed.fire({ ...job, state: 'failed', message: 'No space left on the disk.' });
  await expect(end).rejects.toThrow('No space left on the disk.');
});

test('a cancellation cancels the job, and it ends', async () => {
  const { changed, cancelled, cancellations, end } = aJob();
  cancelled.fire();
  expect(cancellations()).toBe(1);
  changed.fire({ ...job, state: 'cancelled' });
  expect(await end).toBe('cancelled');
});

test('a restart of the server interrupts the job', async () => {
  const { restarted, end } = aJob();
  restarted.fire();
  await expect(end).rejects.toThrow('interrupted');
});
