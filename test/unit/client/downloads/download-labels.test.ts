import { expect, test } from 'vitest';
import { downloadText } from '../../../../client/downloads/download-labels.ts';
import { jobPercent } from '../../../../client/jobs/follow-job.ts';
import type { Job } from '../../../../server/protocol/jobs.ts';

const job: Job = {
  job: '1',
  task: {
    kind: 'download',
    item: { kind: 'data', name: 'div2k', path: '/data/div2k', scale: 4, archives: null },
  },
  state: 'running',
  detail: 'DIV2K.zip: downloading',
  done: 50_000_000,
  total: 200_000_000,
  rate: 1_000_000,
  etaSeconds: 150,
  message: null,
};

test.each<[change: Partial<Job>, text: string, percent: number]>([
  [{}, 'DIV2K.zip: downloading · 50.0 MB of 200 MB · 2 min 30 s left', 25],
  [{ total: null, etaSeconds: null }, 'DIV2K.zip: downloading · 50.0 MB', 0],
  [
    { detail: 'DIV2K.zip: unpacking 3 %', done: 200_000_000, etaSeconds: 0 },
    'DIV2K.zip: unpacking 3 % · 200 MB of 200 MB',
    100,
  ],
  [{ state: 'waiting', detail: '', done: 0, total: null }, 'waiting for the previous download', 0],
])('%j: %s', (change, text, percent) => {
  expect(downloadText({ ...job, ...change })).toBe(text);
  expect(jobPercent({ ...job, ...change })).toBe(percent);
});
