import { expect, test } from 'vitest';
import { findSample, lossesWith, runItem, runOf, samplePlace } from '../../../../client/runs/run-items.ts';
import { aCheckpoint, aDetail, aRun } from './runs.ts';

const image = {
  key: '00-baby',
  lr: '/w/runs/photos/samples/training/reference/00-baby.lr.png',
  bicubic: '',
  hr: '',
};
const sr = '/w/runs/photos/samples/training/00001000/00-baby.sr.png';
const detail = aDetail({
  samples: [{ stage: 'training', images: [image], steps: [{ step: 1000, sr: { '00-baby': sr } }] }],
});

test.each([
  [sr, { file: sr, image: image.lr }],
  // Inside of the run, and no sample.
  ['/w/runs/photos/run.json', undefined],
  ['/w/runs/photos/samples/training/00001000/../../../run.json', undefined],
  [image.lr, undefined],
  ['/etc/passwd', undefined],
  ['', undefined],
])('of the paths that a page may send, only that of a sample counts: %s', (path, expected) =>
  expect(findSample(detail, path)).toEqual(expected),
);

test.each([
  [sr, { sample: '00-baby', step: 1500 }],
  ['/w/runs/photos/samples/training/00001000', { sample: null, step: 1500 }],
  ['/w/runs/photos/samples/training', undefined],
])('a comparison shows %s at %j', (path, expected) =>
  expect(samplePlace({ ...detail, stepsBeforeTraining: 500 }, path)).toEqual(expected),
);

test.each([
  [sr, '/w/runs/photos'],
  ['/w/runs/photos-2/x.png', undefined],
  ['/w/runs/photos/../other/x.png', undefined],
  ['x.png', undefined],
])('%s belongs to the run %s', (path, expected) =>
  expect(runOf([aRun({ name: 'portraits' }), aRun()], path)).toBe(expected),
);

test.each([
  [
    { webviewSection: 'sample', sample: sr },
    { file: sr, image: image.lr },
  ],
  // Only the path of the sample is taken from a page.
  [
    { webviewSection: 'sample', sample: sr, model: '/m', folder: '/' },
    { file: sr, image: image.lr },
  ],
  [{ webviewSection: 'sample', sample: '/w/runs/photos/run.json' }, 'is not a sample of a run'],
  [{ webviewSection: 'sample', sample: '/etc/passwd' }, 'is not a sample of a run'],
  [{ webviewSection: 'sample', model: '/m' }, {}],
  [
    { id: 'i', file: '/f', model: '/m', image: 7 },
    { file: '/f', model: '/m' },
  ],
  [undefined, {}],
])('the item of %j', async (value, expected) => {
  const services = { all: async () => [detail.summary], detail: async () => detail };
  const item = runItem(value, services);
  if (typeof expected === 'string') await expect(item).rejects.toThrow(expected);
  else expect(await item).toEqual(expected);
});

const first = aCheckpoint({ step: 1000, best: true });
const second = aCheckpoint({ step: 2000, kept: true });
const third = aCheckpoint({ step: 3000, last: true });
const other = aCheckpoint({ step: 500, stage: 'pretraining', last: true, best: true });
test.each([
  [aCheckpoint({ step: 1500 }), [first, third], []],
  [first, [first, second, third], ['It is the best of the training.']],
  [second, [first, second, third], ['It was marked to be kept.']],
  [
    third,
    [other, first, second, third],
    ['It is the newest: a resume would repeat the training from step 2,000.'],
  ],
  [
    other,
    [other, first],
    ['It is the only checkpoint of the pretraining, which cannot be resumed without it.'],
  ],
])('what is lost with a checkpoint: %#', (checkpoint, all, expected) =>
  expect(lossesWith(checkpoint, all)).toEqual(expected),
);
