import { join } from 'node:path';
import { expect, test } from 'vitest';
import { differenceText } from '../../../../trainer/cli/diff.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import { initialRrdb } from '../../../../trainer/models/rrdb/initial.ts';
import { writeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { weightsDifference } from '../../../../trainer/weights/difference.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { tinyModel } from '../../server/comparison/real-runs.ts';
import { temporaryFolder } from '../data/images.ts';

type Tensors = Readonly<Record<string, readonly number[]>>;

/** A file of vectors. */
function file(tensors: Tensors): string {
  const path = join(temporaryFolder(), 'f.safetensors');
  const entries = Object.entries(tensors).map(
    ([name, values]) => [name, { shape: [values.length], data: Float32Array.from(values) }] as const,
  );
  writeSafetensors(path, new Map(entries));
  return path;
}

test.each<[string, Tensors, Tensors, object]>([
  [
    'nothing',
    { w: [3, 4] },
    { w: [3, 4] },
    { norm: 0, relative: 0, largest: 0, notFinite: [0, 0], count: 2 },
  ],
  ['norm, share and largest', { w: [3, 4] }, { w: [6, 0] }, { norm: 5, relative: 1, largest: 4 }],
  ['no share of nothing', { w: [0, 0] }, { w: [0, 2] }, { norm: 2, relative: null, largest: 2 }],
  [
    'what is not finite is counted and left out',
    { w: [Number.NaN, 1, Number.POSITIVE_INFINITY, 2] },
    { w: [1, Number.NaN, Number.POSITIVE_INFINITY, 3] },
    { norm: 1, relative: 0.5, largest: 1, notFinite: [2, 2], count: 4 },
  ],
])('%s', (_, a, b, expected) => {
  const { tensors, total } = weightsDifference(file(a), file(b));
  expect(tensors).toMatchObject([{ name: 'w', ...expected }]);
  expect(total).toMatchObject(expected);
});

test('sums over tensors and lists unmatched ones', () => {
  const { total, unmatched, tensors } = weightsDifference(
    file({ a: [0, 3], b: [4], shape: [1, 2], only: [1] }),
    file({ a: [0, 0], b: [0], shape: [1], other: [1] }),
  );
  expect(tensors.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(total).toMatchObject({ norm: 5, relative: 1, largest: 4, count: 3 });
  expect(unmatched).toEqual(['only', 'shape', 'other']);
});

test('generators are compared by our names in any layout and file format', () => {
  const folder = temporaryFolder();
  const options = { ...tinyModel, num_dense_blocks: 3, num_residual_blocks: 5 };
  const parameters = initialRrdb(options, createRandom(1, 'w'));
  const [a, b] = [join(folder, 'a.safetensors'), join(folder, 'b.pth')];
  for (const path of [a, b]) writeGenerator(path, { options, parameters }, { metadata: {} });
  const { total, tensors, unmatched } = weightsDifference(a, b);
  expect([total.norm, unmatched]).toEqual([0, []]);
  expect(tensors.map(({ name }) => name)).toEqual([...parameters.keys()]);
});

test('refuses files without a tensor in common', () => {
  expect(() => weightsDifference(file({ a: [1] }), file({ b: [1] }))).toThrow(
    /cannot be compared: they have no tensor of the same name and shape/,
  );
});

test('formats the difference', () => {
  const a = file({ w: [3, 4] });
  const b = file({ w: [6, 0], x: [1] });
  expect(differenceText(weightsDifference(a, b))).toBe(`a: ${a}
b: ${b}

tensor  shape  values  norm of b - a  relative  largest  not finite: a  b
w       [2]         2          5.000     100 %    4.000              0  0
all                 2          5.000     100 %    4.000              0  0

Only in one file, or of different shapes: x
`);
});
