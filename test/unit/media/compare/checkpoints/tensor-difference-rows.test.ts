import { expect, test } from 'vitest';
import { tensorDifferenceRows } from '../../../../../media/compare/checkpoints/tensor-difference-rows.ts';
import type { TensorDifference } from '../../../../../server/protocol/comparison.ts';

const change = (norm: number, relative: number | null, bad = 0): TensorDifference => ({
  norm,
  relative,
  largest: norm / 2,
  notFinite: [0, bad],
  count: 9,
});

const difference = {
  a: '/a',
  b: '/b',
  total: change(5, 0.5),
  tensors: [
    { name: 'conv_first.weight', shape: [32, 3, 3, 3], ...change(1, 0.4) },
    { name: 'body.0.bias', shape: [32], ...change(4, null, 2) },
    { name: 'conv_last.weight', shape: [], ...change(2, 0.1) },
  ],
  unmatched: [],
};

test.each([
  ['model', '', ['conv_first.weight 1', 'body.0.bias 0', 'conv_last.weight 0.25']],
  ['norm', '', ['body.0.bias 1', 'conv_last.weight 0.5', 'conv_first.weight 0.25']],
  ['relative', '', ['conv_first.weight 1', 'conv_last.weight 0.25', 'body.0.bias 0']],
  ['notFinite', 'conv', ['conv_first.weight 0', 'conv_last.weight 0']],
  ['model', 'LAST weight', ['conv_last.weight 0.25']],
] as const)('sorted by %s, filtered by %j', (sort, search, expected) =>
  expect(
    tensorDifferenceRows(difference, { sort, search }).map(({ name, fraction }) => `${name} ${fraction}`),
  ).toEqual(expected),
);

test('formats shapes', () =>
  expect(tensorDifferenceRows(difference, { sort: 'model', search: '' }).map(({ shape }) => shape)).toEqual([
    '32×3×3×3',
    '32',
    'scalar',
  ]));
