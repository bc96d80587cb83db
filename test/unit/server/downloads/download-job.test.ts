import { expect, test } from 'vitest';
import { downloadProgress } from '../../../../server/downloads/download-job.ts';

const archive = (name: string, phase: string, done: number, total: number | null) => ({
  event: 'progress',
  archive: name,
  phase,
  done,
  total,
});
const plan = (...sizes: (number | null)[]) => ({
  event: 'plan',
  archives: sizes.map((bytes, index) => ({ archive: `${'ab'[index]}.zip`, bytes })),
});

test.each<[string, object[], object | undefined]>([
  [
    'the bytes of all archives',
    [plan(100, 50), archive('a.zip', 'download', 40, 100)],
    { detail: 'a.zip: downloading', done: 40, total: 150 },
  ],
  [
    'bytes of earlier archives count as done',
    [plan(100, 50), archive('b.zip', 'download', 5, 50)],
    { detail: 'b.zip: downloading', done: 105, total: 150 },
  ],
  [
    'a phase after the download in percent',
    [plan(100, 50), archive('a.zip', 'unpack', 1, 3)],
    { detail: 'a.zip: unpacking 33 %', done: 100, total: 150 },
  ],
  [
    'no total while a size is unknown',
    [plan(100, null), archive('a.zip', 'download', 40, 100)],
    { detail: 'a.zip: downloading', done: 40, total: null },
  ],
  [
    'a size that the server reports',
    [plan(null), archive('a.zip', 'download', 40, 80)],
    { detail: 'a.zip: downloading', done: 40, total: 80 },
  ],
  [
    'weights',
    [{ event: 'progress', net: 'vgg19', done: 7, total: 9 }],
    { detail: 'vgg19: downloading', done: 7, total: 9 },
  ],
  ['no progress in other events', [{ event: 'line', text: 'There already.' }], undefined],
])('%s', (_, events, expected) => {
  const progressOf = downloadProgress();
  expect(events.map(progressOf).at(-1)).toEqual(expected);
});
