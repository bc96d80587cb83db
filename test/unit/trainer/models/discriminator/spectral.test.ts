import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../../trainer/data/random.ts';
import { discriminatorArchitecture } from '../../../../../trainer/models/discriminator/discriminators.ts';
import {
  type DiscriminatorOptions,
  discriminatorShapes,
} from '../../../../../trainer/models/discriminator/shapes.ts';

const unet = { type: 'unet', img_channels: 3, num_feat: 4, skip_connection: true } as const;
const patchgan = { type: 'patchgan', img_channels: 1, num_feat: 4, n_layers: 3, padding: 2 } as const;

const normalized = (name: string) => [`${name}.weight_orig`, `${name}.weight_u`, `${name}.weight_v`];

test.each<[DiscriminatorOptions, string, string[]]>([
  [
    unet,
    'Real-ESRGAN',
    [
      'conv0.weight',
      'conv0.bias',
      ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((index) => normalized(`conv${index}`)),
      'conv9.weight',
      'conv9.bias',
    ],
  ],
  [
    patchgan,
    'KAIR and traiNNer-redux',
    [0, 2, 4, 6, 8].flatMap((index) => [`model.${index}.bias`, ...normalized(`model.${index}`)]),
  ],
])('%o has the names of %s', (options, _, names) => {
  const { parameters, statistics } = discriminatorShapes(options);
  expect([...parameters.keys(), ...statistics.keys()].sort()).toEqual(names.sort());
});

describe.each<DiscriminatorOptions>([unet, patchgan])('a new $type', (options) => {
  const { initial } = discriminatorArchitecture(options);
  const made = initial(options, createRandom(3, 'discriminator'));
  const { parameters, statistics } = discriminatorShapes(options);

  test('has every tensor with its shape', () => {
    const shapes = [...made].map(([name, { shape, data }]) => [name, [...shape], data.length]);
    const expected = [...parameters, ...statistics].map(([name, shape]) => [
      name,
      [...shape],
      shape.reduce((product, dimension) => product * dimension, 1),
    ]);
    expect(shapes.sort()).toEqual(expected.sort());
  });

  test('has singular vectors of length 1, with nearly the largest singular value', () => {
    for (const name of statistics.keys()) {
      const { data } = made.get(name)!;
      expect(Math.hypot(...data), name).toBeCloseTo(1, 5);
      if (!name.endsWith('_v')) continue;
      const filter = made.get(name.replace('_v', '_orig'))!.data;
      const rows = filter.length / data.length;
      const products = Array.from({ length: rows }, (_, row) =>
        data.reduce((sum, value, column) => sum + value * filter[row * data.length + column]!, 0),
      );
      // No row of a matrix is longer than its largest singular value.
      const longest = Math.max(
        ...products.map((_, row) =>
          Math.hypot(...filter.subarray(row * data.length, (row + 1) * data.length)),
        ),
      );
      expect(Math.hypot(...products), name).toBeGreaterThanOrEqual(longest * 0.99);
    }
  });

  test('depends only on the seed', () => {
    expect(initial(options, createRandom(3, 'discriminator'))).toEqual(made);
    expect(initial(options, createRandom(4, 'discriminator'))).not.toEqual(made);
  });
});
