import { expect, test } from 'vitest';
import { createRandom } from '../../../../trainer/data/random.ts';

test('the same keys give the same stream, on every platform', () => {
  const random = createRandom(1, 'pretraining', 7);
  expect(Array.from({ length: 4 }, () => random.integer(2 ** 32))).toMatchInlineSnapshot(`
    [
      3809512269,
      1017456075,
      1837112041,
      2857303492,
    ]
  `);
  expect([...createRandom(1, 'pretraining', 7).permutation(8)]).toMatchInlineSnapshot(`
    [
      7,
      4,
      3,
      0,
      2,
      1,
      6,
      5,
    ]
  `);
});

test.each([
  [[1], [2]],
  [
    [1, 2, 3],
    [1, 3, 2],
  ],
  [
    [1, 'a', 'b'],
    [1, 'ab'],
  ],
  [
    [1, 1],
    [1, '1'],
  ],
  [
    [1, 12, 3],
    [1, 1, 23],
  ],
] as [[number, ...(string | number)[]], [number, ...(string | number)[]]][])('%j and %j differ', (a, b) => {
  const words = [a, b].map((names) => {
    const random = createRandom(...names);
    return [random.next(), random.next()];
  });
  expect(words[0]).not.toEqual(words[1]);
});

/** Pearson's chi-square of counts that should be equal. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

// Bounds are the 99.99 % quantiles of chi-square: 33.7 for 9 degrees of freedom, 49.6 for 19, 140 for 89.
test.each([
  ['whole numbers', (random: () => ReturnType<typeof createRandom>) => random().integer(10)],
  ['fractions', (random: () => ReturnType<typeof createRandom>) => Math.floor(random().next() * 10)],
])('%s of a stream are uniform, alone and in pairs', (_, draw) => {
  const stream = createRandom(5, 'distribution');
  const single = Array(10).fill(0);
  const pairs = Array(100).fill(0);
  let last = 0;
  for (let i = 0; i < 100_000; i++) {
    const value = draw(() => stream);
    single[value] += 1;
    if (i > 0) pairs[last * 10 + value] += 1;
    last = value;
  }
  expect(chiSquare(single)).toBeLessThan(33.7);
  // 99 degrees of freedom.
  expect(chiSquare(pairs)).toBeLessThan(160);
});

test('the first numbers of similar keys are independent', () => {
  const counts = Array(100).fill(0);
  for (let step = 0; step < 20_000; step++) {
    const a = createRandom(0, 'sample', 'training', step, 0).integer(10);
    const b = createRandom(0, 'sample', 'training', step, 1).integer(10);
    counts[a * 10 + b] += 1;
  }
  expect(chiSquare(counts)).toBeLessThan(160);
});

test('a permutation contains each number once, uniformly at every position', () => {
  const counts = Array(25).fill(0);
  for (let i = 0; i < 10_000; i++) {
    const order = createRandom(i).permutation(5);
    expect([...order].sort()).toEqual([0, 1, 2, 3, 4]);
    for (const [place, value] of order.entries()) counts[place * 5 + value] += 1;
  }
  // 16 degrees of freedom.
  expect(chiSquare(counts)).toBeLessThan(45);
});

test.each([
  [0, 0],
  [0.25, 0.25],
  [1, 1],
])('chance(%d)', (probability, expected) => {
  const random = createRandom(3);
  let hits = 0;
  for (let i = 0; i < 10_000; i++) if (random.chance(probability)) hits += 1;
  expect(hits / 10_000).toBeCloseTo(expected, expected % 1 === 0 ? 10 : 1.5);
});
