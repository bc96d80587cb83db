import { describe, expect, test } from 'vitest';
import { singleModel } from '../../../../client/upscaling/model-chains.ts';
import {
  existingText,
  modelChoices,
  progressPercent,
  progressText,
  resultText,
} from '../../../../client/upscaling/upscale-labels.ts';
import type {
  ModelChain,
  UpscaledImage,
  UpscalingModel,
  UpscalingProgress,
} from '../../../../server/protocol/upscaling.ts';

function model(path: string, parts: Partial<UpscalingModel> = {}): UpscalingModel {
  return {
    path,
    source: { kind: 'file' },
    bytes: 2 ** 21,
    architecture: 'ESRGAN',
    format: 'safetensors',
    scale: 4,
    blocks: 2,
    channels: 32,
    metadata: {},
    problem: null,
    ...parts,
  };
}

function checkpoint(
  run: string,
  stage: 'pretraining' | 'training',
  step: number,
  isBelowBicubic = false,
): UpscalingModel {
  const score = { metric: 'psnr', value: 25.491 } as const;
  const facts = { score, isBelowBicubic, best: true, last: false };
  const source = { kind: 'checkpoint', run, stage, step, ...facts } as const;
  return model(`${run}/checkpoints/${stage}-${step}`, { source });
}

describe('the list of models', () => {
  const models = [
    model('/ext/media/models/faithful-x4.safetensors', {
      source: { kind: 'bundled', model: 'faithful' },
      metadata: { name: 'Faithful x4' },
    }),
    checkpoint('/w/runs/photos', 'training', 300_000),
    checkpoint('/w/runs/photos', 'pretraining', 141_000),
    checkpoint('/w/runs/maps', 'pretraining', 10, true),
    model('/w/anime.pth'),
    model('/w/any.onnx', { architecture: null, format: 'ONNX', scale: null, blocks: null, channels: null }),
    model('/w/compact.pth', { architecture: 'Compact', blocks: null, channels: 64 }),
    model('/w/vgg.pth', { problem: 'it is no generator' }),
  ];
  function shown(last?: ModelChain): string[] {
    return modelChoices(models, last).map((choice) =>
      choice.kind === 'heading' ? `# ${choice.label}` : choice.label,
    );
  }

  test('has headings by origin, and no unusable models', () => {
    expect(shown()).toEqual([
      '# bundled',
      'Faithful x4',
      '# runs',
      'photos · training 300,000',
      'photos · pretraining 141,000',
      '# ',
      'maps · pretraining 10',
      '# files',
      'anime.pth',
      'any.onnx',
      'compact.pth',
    ]);
  });
  test('has the last used model first, and once', () => {
    expect(shown(singleModel('/w/anime.pth')).slice(0, 4)).toEqual([
      '# last used',
      'anime.pth',
      '# bundled',
      'Faithful x4',
    ]);
    expect(shown(singleModel('/w/anime.pth')).filter((label) => label === 'anime.pth')).toHaveLength(1);
  });
  test('has several models that were used last together as one', () => {
    const last = { model: '/w/anime.pth', second: null, next: ['/w/compact.pth'] };
    expect(shown(last).slice(0, 4)).toEqual([
      '# last used',
      'anime.pth, then compact.pth',
      '# bundled',
      'Faithful x4',
    ]);
    expect(shown(last).filter((label) => label === 'anime.pth')).toHaveLength(1);
    expect(modelChoices(models, last)[1]).toMatchObject({ description: '×16', models: last });
  });
  test.each([
    [0, '×4 · 2.1 MB', 'faithful to clean images · ESRGAN, 2 blocks, 32 channels'],
    [1, '×4 · 2.1 MB · PSNR 25.49 dB · ★ best', 'sharp, synthesized texture · ESRGAN, 2 blocks, 32 channels'],
    [2, '×4 · 2.1 MB · PSNR 25.49 dB · ★ best', 'faithful, softer · ESRGAN, 2 blocks, 32 channels'],
    [3, '×4 · 2.1 MB · PSNR 25.49 dB · below bicubic', 'faithful, softer · ESRGAN, 2 blocks, 32 channels'],
    [4, '×4 · 2.1 MB', 'ESRGAN, 2 blocks, 32 channels · /w'],
    [5, '2.1 MB', 'ONNX · /w'],
    [6, '×4 · 2.1 MB', 'Compact, 64 channels · /w'],
  ])('describes model %i: %s', (index, description, detail) => {
    const [, choice] = modelChoices([models[index]!], undefined);
    expect(choice).toMatchObject({ description, detail });
  });
});

describe('the progress', () => {
  function check(parts: Partial<UpscalingProgress>, text: string, percent: number): void {
    const progress: UpscalingProgress = {
      batch: '1',
      phase: 'working',
      kept: [],
      input: '/w/harbour.jpg',
      image: 3,
      images: 12,
      sizes: [],
      tile: 41,
      tiles: 96,
      megapixelsPerSecond: 1.2832,
      etaSeconds: 22,
      ...parts,
    };
    expect(progressText(progress)).toBe(text);
    expect(progressPercent(progress)).toBeCloseTo(percent, 1);
  }
  test('of a batch', () =>
    check({}, 'Upscaling 3 of 12 · harbour.jpg · tile 41/96 · 1.3 MP/s · 22 s left', 20.23));
  test('of one image', () =>
    check({ image: 1, images: 1 }, 'Upscaling · harbour.jpg · tile 41/96 · 1.3 MP/s · 22 s left', 42.71));
  test.each([
    [
      [
        [40, 30],
        [160, 120],
        [160, 120],
      ],
      '',
    ],
    [
      [
        [40, 30],
        [160, 120],
        [100, 75],
      ],
      ' · 40 × 30 → 160 × 120 → 100 × 75',
    ],
    [
      [
        [40, 30],
        [40, 30],
        [20, 15],
      ],
      ' · 40 × 30 → 20 × 15',
    ],
  ])('of the sizes %j', (sizes, text) =>
    check({ sizes, tile: 0, tiles: 0, etaSeconds: null }, `Upscaling 3 of 12 · harbour.jpg${text}`, 16.67),
  );
  test('before the first tile', () =>
    check({ tile: 0, tiles: 0, etaSeconds: null }, 'Upscaling 3 of 12 · harbour.jpg', 16.67));
  test('while an image is written', () =>
    check({ tile: 96, etaSeconds: 8 }, 'Upscaling 3 of 12 · harbour.jpg · writing · 8 s left', 25));
  test('while the last one is written', () =>
    check({ image: 12, tile: 96, etaSeconds: 0 }, 'Upscaling 12 of 12 · harbour.jpg · writing', 100));
  test('before the end', () =>
    check({ etaSeconds: 0.2 }, 'Upscaling 3 of 12 · harbour.jpg · tile 41/96 · 1.3 MP/s · 1 s left', 20.23));
  test('while the model is opened', () =>
    check({ phase: 'opening', input: null, image: 0, images: 0 }, 'Upscaling: opening the model', 0));
  test('while another batch runs', () =>
    check(
      { phase: 'waiting', input: null, image: 0, images: 0 },
      'Upscaling: waiting for the previous batch',
      0,
    ));
});

test('existing results', () => {
  expect(existingText(['/w/a.png'])).toBe('The result of a.png already exists.');
  expect(existingText(['/w/a.png', '/w/b.png'])).toBe('2 results already exist.');
});

describe('the end of a batch', () => {
  const done = (count: number, kept = false): UpscaledImage[] =>
    Array.from({ length: count }, (_, i) => ({
      input: `/w/${i}.png`,
      output: `/w/${i}_x4.png`,
      width: 4,
      height: 4,
      kept,
      notes: [],
    }));
  const failed = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ input: `/w/${i}.png`, message: `/w/${i}.png is damaged.` }));

  test.each([
    ['all done', done(12), [], false, '12 images upscaled.'],
    ['one done', done(1), [], false, '0_x4.png, 4 × 4'],
    [
      'one done in another format',
      done(1).map((image) => ({ ...image, notes: ['written as PNG'] })),
      [],
      false,
      '0_x4.png, 4 × 4; written as PNG',
    ],
    ['one done until cancelled', done(1), [], true, 'Cancelled. Images upscaled: 1.'],
    ['some failed', done(1), failed(1), false, '1 of 2 images upscaled. 1 failed: /w/0.png is damaged.'],
    [
      'many failed',
      done(2),
      failed(5),
      false,
      '2 of 7 images upscaled. 5 failed: /w/0.png is damaged. /w/1.png is damaged. /w/2.png is damaged. And 2 more.',
    ],
    ['cancelled', done(2), [], true, 'Cancelled. Images upscaled: 2.'],
    ['cancelled at once', [], [], true, undefined],
    ['all skipped', done(2, true), [], false, undefined],
  ])('%s', (_, images, failures, isCancelled, expected) => {
    expect(resultText({ bundledModel: null, images, failures, isCancelled })).toBe(expected);
  });
});
