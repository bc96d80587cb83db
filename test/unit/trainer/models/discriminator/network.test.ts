import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../../trainer/data/random.ts';
import { discriminatorShapes } from '../../../../../trainer/models/discriminator/shapes.ts';
import { initialVgg } from '../../../../../trainer/models/discriminator/vgg/initial.ts';

const full = {
  type: 'vgg' as const,
  img_channels: 3,
  vgg_blk_ch: [64, 64, 128, 128, 256, 256, 512, 512],
  fc_features: [100],
};
const sizeOf = (shape: readonly number[]) => shape.reduce((product, dimension) => product * dimension, 1);
const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

describe('the discriminator of the published runs', () => {
  test('has as many parameters as the original', () => {
    expect(sum([...discriminatorShapes(full).parameters.values()].map(sizeOf))).toBe(7_196_233);
  });

  test('has the names of the PyTorch program', () => {
    const names = [
      ...discriminatorShapes(full).parameters.keys(),
      ...discriminatorShapes(full).statistics.keys(),
    ];
    const block = (index: number) => [
      `features.block_${index}.conv.weight`,
      `features.block_${index}.bn.weight`,
      `features.block_${index}.bn.bias`,
      `features.block_${index}.bn.running_mean`,
      `features.block_${index}.bn.running_var`,
    ];
    expect(names.sort()).toEqual(
      [
        'features.block_0.conv.weight',
        'features.block_0.conv.bias',
        ...[1, 2, 3, 4, 5, 6, 7].flatMap(block),
        'head.block_0.linear.weight',
        'head.block_0.linear.bias',
        'head.linear_out.weight',
        'head.linear_out.bias',
      ].sort(),
    );
  });
});

describe('a new discriminator', () => {
  const small = { type: 'vgg' as const, img_channels: 3, vgg_blk_ch: [16, 16, 32], fc_features: [10] };
  const made = initialVgg(small, createRandom(3, 'discriminator'));
  const numbers = (name: string) => [...made.get(name)!.data];

  test('has every parameter and statistic with its shape', () => {
    const expected = new Map([
      ...discriminatorShapes(small).parameters,
      ...discriminatorShapes(small).statistics,
    ]);
    expect([...made.keys()]).toEqual([...expected.keys()]);
    for (const [name, { shape, data }] of made) {
      expect(shape).toEqual(expected.get(name));
      expect(data).toHaveLength(sizeOf(shape));
    }
  });

  // A uniform distribution has a third of its bound's square as its variance.
  test.each([
    ['features.block_0.conv.weight', 3 * 9],
    ['features.block_1.conv.weight', 16 * 9],
    ['head.block_0.linear.weight', 32 * 49],
  ])('%s is uniform within 1 / sqrt(%d)', (name, fanIn) => {
    const values = numbers(name);
    const bound = 1 / Math.sqrt(fanIn);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
    const variance = sum(values.map((value) => value ** 2)) / values.length;
    expect(variance / (bound ** 2 / 3)).toBeGreaterThan(0.8);
    expect(variance / (bound ** 2 / 3)).toBeLessThan(1.2);
  });

  test('has biases within the bound of their weights', () => {
    const within = (name: string, fanIn: number) => {
      const largest = Math.max(...numbers(name).map(Math.abs));
      expect(largest).toBeGreaterThan(0);
      expect(largest).toBeLessThanOrEqual(1 / Math.sqrt(fanIn));
    };
    within('features.block_0.conv.bias', 27);
    within('head.block_0.linear.bias', 32 * 49);
    within('head.linear_out.bias', 10);
  });

  test('starts with batch normalization as the identity', () => {
    for (const [name, value] of [
      ['weight', 1],
      ['bias', 0],
      ['running_mean', 0],
      ['running_var', 1],
    ] as const) {
      expect(new Set(numbers(`features.block_1.bn.${name}`))).toEqual(new Set([value]));
    }
  });

  test('depends only on the seed', () => {
    expect(initialVgg(small, createRandom(3, 'discriminator'))).toEqual(made);
    expect(initialVgg(small, createRandom(4, 'discriminator'))).not.toEqual(made);
  });
});
