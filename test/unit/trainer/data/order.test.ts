import { expect, test } from 'vitest';
import { createOrder } from '../../../../trainer/data/order.ts';
import { createRandom } from '../../../../trainer/data/random.ts';

const options = { seed: 7, stage: 'pretraining' } as const;

/** How often each image occurs in an epoch. */
function usesIn(epoch: number, weights: readonly number[]): number[] {
  const order = createOrder({ ...options, weights, batchSize: 1 });
  const uses = weights.map(() => 0);
  for (let i = 1; i <= order.stepsPerEpoch; i++) {
    const at = order.at((epoch - 1) * order.stepsPerEpoch + i);
    expect(at.epoch).toBe(epoch);
    uses[at.drawn[0]!]! += 1;
  }
  return uses;
}

test('without weights, an epoch is a permutation', () => {
  const order = createOrder({ ...options, weights: [1, 1, 1, 1, 1], batchSize: 2 });
  expect(order.stepsPerEpoch).toBe(2);
  const expected = createRandom(7, 'order', 'pretraining', 2).permutation(5);
  expect([...order.at(3).drawn, ...order.at(4).drawn]).toEqual([...expected.subarray(0, 4)]);
});

test.each([
  ['twice and once', [2, 2, 1, 1], [2, 2, 1, 1]],
  ['three times', [3], [3]],
  ['at least one of rarely used ones', [0.01, 0.01, 1], [undefined, undefined, 1]],
])('images are used %s', (_, weights, expected) => {
  const uses = usesIn(1, weights);
  for (const [i, count] of expected.entries()) if (count !== undefined) expect(uses[i]).toBe(count);
});

test('of images with weight 0.5, each epoch uses another half; of 1.5, all and a half', () => {
  const weights = Array.from({ length: 40 }, (_, i) => (i < 20 ? 0.5 : 1.5));
  const epochs = [1, 2, 3].map((epoch) => usesIn(epoch, weights));
  for (const uses of epochs) {
    expect(uses.slice(0, 20).toSorted()).toEqual([...Array(10).fill(0), ...Array(10).fill(1)]);
    expect(uses.slice(20).toSorted()).toEqual([...Array(10).fill(1), ...Array(10).fill(2)]);
  }
  expect(new Set(epochs.map(String)).size).toBe(3);
});

test('a step does not depend on the steps before it', () => {
  const weights = [2, 2, 0.5, 0.5, 1];
  const all = createOrder({ ...options, weights, batchSize: 2 });
  const steps = [1, 2, 3, 4, 5].map((step) => all.at(step).drawn.join());
  const late = createOrder({ ...options, weights, batchSize: 2 });
  expect([5, 3].map((step) => late.at(step).drawn.join())).toEqual([steps[4], steps[2]]);
});
