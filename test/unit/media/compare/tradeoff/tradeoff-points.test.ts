import { describe, expect, test } from 'vitest';
import {
  chosenAxes,
  tradeoffAxes,
  tradeoffPoints,
  tradeoffWarnings,
} from '../../../../../media/compare/tradeoff/tradeoff-points.ts';
import type {
  Comparison,
  ComparisonCell,
  ComparisonColumn,
} from '../../../../../server/protocol/comparison.ts';

function column(
  data: string,
  protocol: string,
  metrics: readonly (readonly [string, 'higher' | 'lower'])[],
  warning: string | null = null,
): ComparisonColumn {
  return {
    id: `${data}|${protocol}`,
    kind: 'evaluation',
    data,
    protocol,
    description: '',
    testSet: null,
    metrics: metrics.map(([name, better]) => ({ name, title: name.toUpperCase(), digits: 2, better })),
    groups: [{ description: '' }],
    warning,
  };
}

function cell(
  values: Record<string, number | null> | null,
  state: 'computed' | 'stale' = 'computed',
): ComparisonCell {
  if (values === null) return { state: 'missing' };
  const result = {
    group: 0,
    values,
    range: null,
    delta: {},
    best: [],
    belowBicubic: [],
    images: 5,
    file: null,
  };
  return state === 'computed' ? { state, result } : { state, result, reason: 'old' };
}

const pixels = [
  ['psnr', 'higher'],
  ['ssim', 'higher'],
] as const;

function comparisonOf(
  columns: readonly ComparisonColumn[],
  rows: readonly (readonly [run: string, label: string, ...ComparisonCell[]])[],
): Comparison {
  return {
    runs: ['amber', 'blue'].map((name, color) => ({
      run: `/r/${name}`,
      name,
      color,
      kind: 'esrgan',
      scale: 4,
    })),
    columns,
    rows: rows.map(([run, label, ...cells]) => ({
      id: `${run} ${label}`,
      run: `/r/${run}`,
      isReference: label === 'x4',
      choice: 0,
      label,
      checkpoints: [],
      model: null,
      cells,
    })),
    warnings: [],
    published: [],
  };
}

const comparison = comparisonOf(
  [
    column('set14', 'paper-y', pixels, 'set14 has two groups.'),
    column('set5', 'paper-y', pixels),
    column('set5', 'rgb', pixels),
    column('set5', 'lpips-vgg', [['lpips', 'lower']]),
  ],
  [
    [
      'amber',
      'PSNR',
      cell({ psnr: 26, ssim: 0.7 }),
      cell({ psnr: 30, ssim: 0.9 }),
      cell(null),
      cell({ lpips: 0.2 }),
    ],
    ['amber', 'ESRGAN', cell(null), cell({ psnr: 28, ssim: 0.8 }), cell(null), cell({ lpips: 0.05 })],
    ['blue', 'PSNR', cell(null), cell({ psnr: null, ssim: 1 }), cell(null), cell({ lpips: 0 })],
    [
      'blue',
      'ESRGAN',
      cell(null),
      cell({ psnr: 28.5, ssim: 0.8 }),
      cell(null),
      cell({ lpips: 0.1 }, 'stale'),
    ],
    ['blue', 'x4', cell(null), cell({ psnr: 27, ssim: 0.75 }), cell(null), cell({ lpips: 0.4 })],
  ],
);
const axes = tradeoffAxes(comparison);
const idsOf = (chosen: ReturnType<typeof chosenAxes>) => chosen && [chosen.x.id, chosen.y.id];

test('axes are the metrics with numbers', () =>
  expect(axes.map(({ id }) => id)).toEqual([
    'set14|paper-y|psnr',
    'set14|paper-y|ssim',
    'set5|paper-y|psnr',
    'set5|paper-y|ssim',
    'set5|lpips-vgg|lpips',
  ]));

describe('the axes are', () => {
  test.each<[string, { x: string | null; y: string | null }, string[]]>([
    [
      'distortion and perception on the same images, by default',
      { x: null, y: null },
      ['set5|paper-y|psnr', 'set5|lpips-vgg|lpips'],
    ],
    [
      'those that were chosen',
      { x: 'set5|lpips-vgg|lpips', y: 'set5|paper-y|ssim' },
      ['set5|lpips-vgg|lpips', 'set5|paper-y|ssim'],
    ],
    [
      'the default for one that is gone',
      { x: 'gone', y: null },
      ['set5|paper-y|psnr', 'set5|lpips-vgg|lpips'],
    ],
  ])('%s', (_, chosen, expected) => expect(idsOf(chosenAxes(axes, chosen))).toEqual(expected));

  test('two of one test set, without a metric for which lower is better', () =>
    expect(idsOf(chosenAxes(axes.slice(0, 4), { x: null, y: null }))).toEqual([
      'set14|paper-y|psnr',
      'set14|paper-y|ssim',
    ]));

  test('none without a number', () => expect(chosenAxes([], { x: null, y: null })).toBeUndefined());
});

test('points are the models with finite, current numbers of both, by rising x', () => {
  const chosen = chosenAxes(axes, { x: null, y: null })!;
  const points = tradeoffPoints(comparison, chosen);
  expect(points.map(({ runName, label, color, run, x, y }) => [runName, label, color, run, x, y])).toEqual([
    ['bicubic', 'x4', null, -1, 27, 0.4],
    ['amber', 'ESRGAN', 0, 0, 28, 0.05],
    ['amber', 'PSNR', 0, 0, 30, 0.2],
  ]);
});

test('warns where numbers on an axis are not comparable', () => {
  const both = (x: string, y: string) => tradeoffWarnings(comparison, chosenAxes(axes, { x, y })!);
  expect(both('set14|paper-y|psnr', 'set14|paper-y|ssim')).toEqual(['set14 has two groups.']);
  expect(both('set5|paper-y|psnr', 'set5|lpips-vgg|lpips')).toEqual([]);
});
