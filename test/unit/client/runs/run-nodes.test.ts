import { describe, expect, test } from 'vitest';
import { changedItems, runChildren, runNode } from '../../../../client/runs/run-nodes.ts';
import type { TreeNode } from '../../../../client/tree/tree-node.ts';
import type { MirrorSummary } from '../../../../server/protocol/runs.ts';
import { aCheckpoint, aDetail, aRun } from './runs.ts';

/** A tree as text. */
function drawn(nodes: readonly TreeNode[], indent = ''): string[] {
  return nodes.flatMap(({ label, description, icon, children }) => [
    `${indent}${icon === undefined ? '' : `(${icon}) `}${label}${description === undefined ? '' : ` — ${description}`}`,
    ...(typeof children === 'string' ? [] : drawn(children, `${indent}  `)),
  ]);
}

test('the item of a run', () =>
  expect(runNode(aRun({ color: 9 }))).toMatchObject({
    id: '/w/runs/photos',
    icon: 'circle-filled',
    color: 'esrgan.run1',
    context: 'run esrgan unpinned unarchived pause stop kill checkpoint validate log',
    target: { run: '/w/runs/photos' },
    children: 'later',
  }));

test('a new run has no children', () => expect(runChildren(aDetail())).toEqual([]));

test('checkpoints, samples and files, the newest first', () => {
  const sr = (step: number) => ({ step, sr: { '00-baby': `/s/${step}/00-baby.sr.png` } });
  const image = { key: '00-baby', lr: '', bicubic: '', hr: '' };
  const detail = aDetail({
    checkpoints: [
      aCheckpoint({ step: 1000, metrics: { psnr: 25.487, ssim: 0.75123 }, best: true }),
      aCheckpoint({ step: 2000, kept: true }),
      aCheckpoint({ step: 141_000, last: true }),
    ],
    samples: [
      { stage: 'pretraining', images: [], steps: [] },
      { stage: 'training', images: [image], steps: [sr(1000), sr(2000)] },
    ],
    files: { config: '/w/runs/photos/run.esrgan.yaml', log: 'C:\\runs\\photos\\log.txt' },
  });
  expect(drawn(runChildren(detail))).toEqual([
    '(save-all) Checkpoints (3) — ★ best PSNR 25.49 dB · training @ 1k',
    '  (save) training · step 141,000 — 66.8 MB · newest',
    '  (pinned) training · step 2,000 — 66.8 MB · kept',
    '  (star-full) training · step 1,000 — PSNR 25.49 · SSIM 0.7512 · 66.8 MB · best',
    '(file-media) Samples (2)',
    '  (file-media) training · step 2,000',
    '    baby',
    '  (file-media) training · step 1,000',
    '    baby',
    '(settings-gear) run.esrgan.yaml',
    '(output) log.txt',
  ]);
});

test.each([
  [{}, 'running', 'checkpoint unkept', 'samples'],
  [{}, 'stopped', 'checkpoint unkept delete', 'samples delete'],
  [{ kept: true }, 'paused', 'checkpoint kept', 'samples'],
  [{ kept: true }, 'finished', 'checkpoint kept delete', 'samples delete'],
] as const)(
  'the menus of a checkpoint %j and of samples of a run that is %s',
  (given, state, ofCheckpoint, ofSamples) => {
    const image = { key: '00-baby', lr: '/s/reference/00-baby.lr.png', bicubic: '', hr: '' };
    const file = '/s/00001000/00-baby.sr.png';
    const [checkpoints, samples] = runChildren(
      aDetail({
        summary: aRun({ state }),
        checkpoints: [aCheckpoint({ step: 1000, ...given })],
        samples: [{ stage: 'training', images: [image], steps: [{ step: 1000, sr: { '00-baby': file } }] }],
      }),
    );
    expect(checkpoints?.children).toMatchObject([
      { context: ofCheckpoint, model: '/w/runs/photos/checkpoints/training-1000' },
    ]);
    expect(samples?.children).toMatchObject([
      {
        context: ofSamples,
        folder: '/s/00001000',
        children: [{ context: ofSamples.replace('samples', 'file sample'), file, image: image.lr }],
      },
    ]);
  },
);

test.each<[Record<string, number>, Record<string, number>, string]>([
  [{ psnr: 31.2 }, { psnr: 29.14 }, '★ best PSNR 31.20 dB · pretraining @ 3k'],
  [{ psnr: 28 }, { psnr: 29.14 }, '★ best PSNR 29.14 dB · training @ 300'],
  [
    { psnr: 31.2, bicubic_psnr: 30.71 },
    { psnr: 29.14, bicubic_psnr: 30.71 },
    '★ best PSNR 31.20 dB · pretraining @ 3k · bicubic 30.71 dB',
  ],
  [
    { psnr: 29.26, bicubic_psnr: 30.71 },
    {},
    '★ best PSNR 29.26 dB · pretraining @ 3k · below bicubic (30.71 dB)',
  ],
])('the best checkpoint is named with its stage, next to bicubic: %j, %j', (first, second, expected) => {
  const [checkpoints] = runChildren(
    aDetail({
      checkpoints: [
        aCheckpoint({ stage: 'pretraining', step: 3000, metrics: first, best: true }),
        aCheckpoint({ stage: 'training', step: 300, metrics: second, best: true }),
      ],
    }),
  );
  expect(checkpoints?.description).toBe(expected);
});

test('the best checkpoint is that by the metric of the run, whose name is shown', () => {
  const [checkpoints] = runChildren(
    aDetail({
      bestMetric: 'lpips',
      checkpoints: [
        aCheckpoint({ step: 1000, metrics: { psnr: 31, lpips: 0.3, bicubic_lpips: 0.25 } }),
        aCheckpoint({ step: 2000, metrics: { psnr: 29, lpips: 0.2, bicubic_lpips: 0.25 }, best: true }),
      ],
    }),
  );
  expect(drawn(checkpoints ? [checkpoints] : [])).toEqual([
    '(save-all) Checkpoints (2) — ★ best LPIPS 0.2000 · training @ 2k · bicubic 0.2500',
    '  (star-full) training · step 2,000 — PSNR 29.00 · LPIPS 0.2000 · 66.8 MB · best',
    '  (save) training · step 1,000 — PSNR 31.00 · LPIPS 0.3000 · below bicubic · 66.8 MB',
  ]);
});

test.each<[MirrorSummary['state'], string | null, string | null, string]>([
  ['uploading', 'https://wandb.ai/r', null, '(cloud-upload) W&B — uploading'],
  ['waiting', 'https://wandb.ai/r', 'it answered 503', '(cloud-upload) W&B — waiting · it answered 503'],
  ['uploaded', 'https://wandb.ai/r', null, '(cloud-upload) W&B — uploaded'],
  ['failed', null, 'No key for W&B.', '(warning) W&B — failed · No key for W&B.'],
  ['interrupted', 'https://wandb.ai/r', null, '(cloud-upload) W&B — interrupted'],
])('an upload that is %s opens its page', (state, link, problem, line) => {
  const nodes = runChildren(aDetail({ mirror: { state, link, problem } }));
  expect(drawn(nodes)).toEqual([line]);
  expect(nodes[0]?.link).toBe(link ?? undefined);
});

test('the newest of many samples are listed', () => {
  const steps = Array.from({ length: 500 }, (_, i) => ({ step: i, sr: {} }));
  const [samples] = runChildren(aDetail({ samples: [{ stage: 'training', images: [], steps }] }));
  expect(samples).toMatchObject({ label: 'Samples (500)', description: 'newest 20' });
  expect(samples?.children).toHaveLength(20);
});

test('every item has a label for screen readers and a unique id', () => {
  const nodes = runChildren(
    aDetail({
      checkpoints: [aCheckpoint({ step: 1 }), aCheckpoint({ step: 2 })],
      files: { config: '/c', log: '/l' },
    }),
  );
  const all = nodes.flatMap((node) => [node, ...(typeof node.children === 'string' ? [] : node.children)]);
  expect(all.every(({ spoken }) => spoken !== '' && !spoken.includes('★'))).toBe(true);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
});

describe('only changed items are redrawn', () => {
  const one = aRun({ name: 'one' });
  const two = aRun({ name: 'two' });
  test.each([
    ['nothing has changed', [one, two], []],
    ['a run has trained further', [one, { ...two, step: 88_310, loss: 0.01 }], ['/w/runs/two']],
    ['only a number of the tooltip has changed', [one, { ...two, step: 88_211 }], []],
    ['only the time of the update has changed', [{ ...one, updated: 9_000 }, two], []],
    ['a run has paused', [{ ...one, state: 'paused' as const }, two], ['/w/runs/one']],
    [
      'both have changed',
      [
        aRun({ name: 'one', score: { metric: 'psnr', value: 1 } }),
        aRun({ name: 'two', score: { metric: 'psnr', value: 1 } }),
      ],
      ['/w/runs/one', '/w/runs/two'],
    ],
    ['the order has changed', [two, one], 'all'],
    ['a run was added', [aRun({ name: 'three' }), one, two], 'all'],
    ['a run was removed', [one], 'all'],
    ['a run was replaced', [one, aRun({ name: 'three' })], 'all'],
  ])('%s', (_, now, expected) => expect(changedItems([one, two], now)).toEqual(expected));
});
