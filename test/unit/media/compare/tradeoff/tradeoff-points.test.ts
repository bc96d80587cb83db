import { describe, expect, test } from 'vitest';
import type { ShownRun } from '../../../../../media/compare/shown-runs.ts';
import {
  chosenAxes,
  countWithout,
  paretoFronts,
  pathsOfRuns,
  tradeoffAxes,
  tradeoffCsv,
  tradeoffPoints,
  tradeoffWarnings,
  withAllCheckpoints,
} from '../../../../../media/compare/tradeoff/tradeoff-points.ts';
import type {
  Comparison,
  ComparisonCell,
  ComparisonColumn,
  ComparisonRow,
} from '../../../../../server/protocol/comparison.ts';
import { aCheckpoint, aDetail } from '../../../client/runs/runs.ts';

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

/** The checkpoints of models; those that are not named here are the last of pretraining. */
const models: Readonly<Record<string, Partial<ComparisonRow>>> = {
  x4: { isReference: true, choice: null, model: null, checkpoints: [] },
  scalars: { choice: null, model: null, checkpoints: [] },
  ESRGAN: { checkpoints: [{ stage: 'training', step: 7000 }] },
  'training 5,000': { choice: 1, checkpoints: [{ stage: 'training', step: 5000 }] },
  'interpolated 0.8': {
    checkpoints: [
      { stage: 'pretraining', step: 400_000 },
      { stage: 'training', step: 7000 },
    ],
    model: { run: '', checkpoint: 'p', interpolatedWith: { checkpoint: 't', alpha: 0.8 } },
  },
};

function row(run: string, label: string, cells: readonly ComparisonCell[]): ComparisonRow {
  return {
    id: `${run} ${label}`,
    run: `/r/${run}`,
    isReference: false,
    choice: 0,
    label,
    checkpoints: [{ stage: 'pretraining', step: 400_000 }],
    model: { run, checkpoint: label, interpolatedWith: null },
    cells,
    ...models[label],
  };
}

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
    rows: rows.map(([run, label, ...cells]) => row(run, label, cells)),
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
  const points = tradeoffPoints(comparison, chosen, 1);
  expect(points.map(({ runName, label, color, run, x, y }) => [runName, label, color, run, x, y])).toEqual([
    ['bicubic', 'x4', null, -1, 27, 0.4],
    ['amber', 'ESRGAN 7,000', 0, 0, 28, 0.05],
    ['amber', 'PSNR 400k', 0, 0, 30, 0.2],
  ]);
  // Two of `blue`: one number is not finite, one is out of date.
  expect(countWithout(comparison, chosen, 1)).toBe(2);
});

test('warns where numbers on an axis are not comparable', () => {
  const both = (x: string, y: string) => tradeoffWarnings(comparison, chosenAxes(axes, { x, y })!);
  expect(both('set14|paper-y|psnr', 'set14|paper-y|ssim')).toEqual(['set14 has two groups.']);
  expect(both('set5|paper-y|psnr', 'set5|lpips-vgg|lpips')).toEqual([]);
});

describe('the points of runs', () => {
  const both = (psnr: number, lpips: number) => [cell({ psnr }), cell({ lpips })] as const;
  const many = comparisonOf(
    [column('set5', 'paper-y', pixels), column('set5', 'lpips-vgg', [['lpips', 'lower']])],
    [
      ['amber', 'PSNR', ...both(30, 0.3)],
      ['amber', 'ESRGAN', ...both(27, 0.1)],
      ['amber', 'interpolated 0.8', ...both(28, 0.12)],
      ['amber', 'training 5,000', ...both(26, 0.2)],
      ['blue', 'PSNR', ...both(29, 0.35)],
      ['blue', 'ESRGAN', ...both(28.5, 0.09)],
      ['amber', 'x4', ...both(25, 0.5)],
    ],
  );
  const chosen = chosenAxes(tradeoffAxes(many), { x: null, y: null })!;
  const points = tradeoffPoints(many, chosen, 1);
  const named = (all: readonly (typeof points)[number][]) =>
    all.map(({ runName, label }) => `${runName} ${label}`);

  test('are in the order of training, interpolations between the stages', () =>
    expect(pathsOfRuns(points).map(named)).toEqual([
      [
        'amber PSNR 400k',
        'amber interpolated 0.8 of 400k and 7,000',
        'amber training 5,000',
        'amber ESRGAN 7,000',
      ],
      ['blue PSNR 400k', 'blue ESRGAN 7,000'],
    ]));

  test('of the table are told from all checkpoints', () =>
    expect(named(points.filter(({ isOfTable }) => !isOfTable))).toEqual(['amber training 5,000']));

  test('have a Pareto front of what nothing exceeds', () =>
    expect(paretoFronts(points, chosen).map(named)).toEqual([['blue ESRGAN 7,000', 'amber PSNR 400k']]));

  test('have a front for each group of numbers that compare', () => {
    const groups = points.map((point) => ({ ...point, group: point.runName }));
    expect(paretoFronts(groups, chosen).map(named)).toEqual([
      ['amber ESRGAN 7,000', 'amber interpolated 0.8 of 400k and 7,000', 'amber PSNR 400k'],
      ['blue ESRGAN 7,000', 'blue PSNR 400k'],
    ]);
  });

  test('have a front of one where it exceeds all others', () => {
    const best = points.map((point) => (point.label === 'PSNR 400k' ? { ...point, x: 31, y: 0.05 } : point));
    expect(paretoFronts(best, chosen).map((front) => front.length)).toEqual([2]);
    const one = best.filter(({ runName, label }) => runName === 'amber' || label !== 'PSNR 400k');
    expect(paretoFronts(one, chosen).map(named)).toEqual([['amber PSNR 400k']]);
  });

  test('have no front where it is not known what is better', () => {
    const { x, y } = chosen;
    expect(paretoFronts(points, { x, y: { ...y, metric: { ...y.metric, better: null } } })).toEqual([]);
  });

  test('are exported with what they are', () =>
    expect(tradeoffCsv(points, chosen).split('\r\n')).toEqual([
      'run,model,stage,step,alpha,set5 · paper-y · PSNR,set5 · lpips-vgg · LPIPS,Pareto front',
      'bicubic,x4,,,,25,0.5,no',
      'amber,"training 5,000",training,5000,,26,0.2,no',
      'amber,"ESRGAN 7,000",training,7000,,27,0.1,no',
      'amber,"interpolated 0.8 of 400k and 7,000",pretraining + training,400000 + 7000,0.8,28,0.12,no',
      'blue,"ESRGAN 7,000",training,7000,,28.5,0.09,yes',
      'blue,PSNR 400k,pretraining,400000,,29,0.35,no',
      'amber,PSNR 400k,pretraining,400000,,30,0.3,yes',
      '',
    ]));
});

test('all checkpoints of the runs are asked for once, after the models of the table', () => {
  const shown = (steps: readonly number[]): ShownRun => ({
    run: '',
    name: '',
    color: '',
    dash: [],
    detail: aDetail({ checkpoints: steps.map((step) => aCheckpoint({ step })) }),
  });
  const at = (checkpoint: number) => ({ kind: 'checkpoint', stage: 'training', checkpoint });
  const last = { kind: 'checkpoint', stage: 'training', checkpoint: 'last' } as const;
  expect(withAllCheckpoints([last], [shown([5, 10]), shown([10, 15])])).toEqual([
    last,
    at(5),
    at(10),
    at(15),
  ]);
});
