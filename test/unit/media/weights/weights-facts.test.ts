import { expect, test } from 'vitest';
import { facts, metricFacts, notFiniteText, tensorTable } from '../../../../media/weights/weights-facts.ts';

const report = {
  path: '/w/net.pth',
  bytes: 2048,
  sha256: 'abc',
  format: 'PyTorch (zip)',
  architecture: 'ESRGAN',
  reason: null,
  layout: 'basicsr',
  options: { scale_factor: 4, use_subpixel_conv: false },
  dtypes: ['F32'],
  wrapper: ['params_ema', 'module'],
  others: ['params'],
  notFinite: [],
  parameters: 9875,
  metadata: {},
  tensors: [
    { name: 'conv_first.weight', dtype: 'F16', shape: [4, 3, 3, 3] },
    { name: 'Conv_last.bias', dtype: 'F32', shape: [3] },
    { name: 'scale', dtype: 'F32', shape: [] },
  ],
  checkpoint: null,
};

test('facts of a file and its model', () => {
  expect(facts(report)).toEqual([
    [
      'File',
      [
        ['Format', 'PyTorch (zip)'],
        ['Tensor naming', 'BasicSR, Real-ESRGAN'],
        ['Wrapped in', 'params_ema › module'],
        ['Also contains', 'another generator: params'],
        ['Types', 'F16, F32'],
        ['Parameters', '9,875'],
        ['Size', '2.0 kB'],
        ['SHA-256', 'abc'],
        ['Path', '/w/net.pth'],
      ],
    ],
    [
      'Generator',
      [
        ['scale_factor', '4'],
        ['use_subpixel_conv', 'false'],
      ],
    ],
  ]);
});

test('facts of a checkpoint', () => {
  const checkpoint = {
    run: '/w/runs/photos',
    path: '/w/runs/photos/checkpoints/training-7',
    stage: 'training',
    step: 141_000,
    metrics: {},
    isIntact: true,
  } as const;
  expect(facts({ ...report, options: null, checkpoint })[1]).toEqual([
    'Checkpoint',
    [
      ['Run', '/w/runs/photos'],
      ['Stage', 'training'],
      ['Step', '141,000'],
    ],
  ]);
});

test.each([
  [[{ name: 'a', count: 1200 }], '1,200 values of a are infinite or NaN'],
  [
    [
      { name: 'a', count: 1 },
      { name: 'b', count: 2 },
    ],
    '3 values of a and 1 other tensors are infinite or NaN',
  ],
])('values that are not finite: %j', (notFinite, text) => {
  expect(notFiniteText({ ...report, notFinite })).toContain(text);
});

test('facts of metrics', () => {
  expect(
    metricFacts({ psnr: 25.4912, ssim: 0.71239, psnr_y: null, niqe: 4.5, bicubic_psnr_y: 28.4 }),
  ).toEqual([
    ['PSNR (RGB)', '25.491 dB'],
    ['SSIM (RGB)', '0.7124'],
    ['PSNR (Y)', '∞'],
    ['NIQE (RGB)', '4.500'],
    ['PSNR (Y), bicubic', '28.400 dB'],
  ]);
});

test.each([
  ['', ['conv_first.weight', 'Conv_last.bias', 'scale']],
  ['conv', ['conv_first.weight', 'Conv_last.bias']],
  ['LAST bias', ['Conv_last.bias']],
  ['last weight', []],
])('tensors filtered by %j', (search, expected) => {
  expect(tensorTable(report.tensors, search).map(({ name }) => name)).toEqual(expected);
});

test('formats shapes', () => {
  expect(tensorTable(report.tensors, '').map(({ shape }) => shape)).toEqual(['4 × 3 × 3 × 3', '3', 'scalar']);
});
