import { expect, test } from 'vitest';
import { preparationText } from '../../../../client/preparation/preparation-labels.ts';
import type { Job } from '../../../../server/protocol/jobs.ts';

const job: Job = {
  job: '1',
  task: {
    kind: 'preparation',
    task: { work: 'select', images: '/w/hr', out: '/w/out', report: '/w/out/r.html' },
  },
  state: 'running',
  detail: '/w/hr/0801.png',
  done: 1200,
  total: 3450,
  rate: 12.345,
  etaSeconds: 182,
  message: null,
};

test.each<[change: Partial<Job>, text: string]>([
  [{}, '0801.png · 1,200 of 3,450 · 12.3 images/s · 3 min 2 s left'],
  [{ done: 0, total: null, rate: null, etaSeconds: null, detail: '' }, ''],
  [{ done: 3450, etaSeconds: 0 }, '0801.png · 3,450 of 3,450 · 12.3 images/s'],
  [{ state: 'waiting' }, 'waiting for other images'],
])('%j: %s', (change, text) => {
  expect(preparationText({ ...job, ...change })).toBe(text);
});
