import { expect, test } from 'vitest';
import { isInShare, shareOf } from '../../../../trainer/image-files/share.ts';

test.each([
  ['3/20', { number: 3, count: 20 }],
  ['1/1', { number: 1, count: 1 }],
  ['0/20', undefined],
  ['21/20', undefined],
  ['3', undefined],
  ['3/', undefined],
  [' 3/20', undefined],
  ['03/20', undefined],
  ['1/10000000', undefined],
])('the share that %j names', (text, expected) => {
  expect(shareOf(text)).toEqual(expected);
});

/** The number of the share that includes a name. */
function numberOf(name: string, count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1).filter((number) =>
    isInShare({ number, count }, name),
  );
}

// Tasks of other systems and versions must decide alike: these numbers never change.
test.each([
  ['0001', 20, 10],
  ['photo', 20, 12],
  ['sub/a.png', 20, 5],
  ['caf\u00e9', 20, 13],
  ['cafe\u0301', 20, 13],
])('%j is in one of %d shares', (name, count, number) => {
  expect(numberOf(name, count)).toEqual([number]);
});

test('shares are about equal', () => {
  const sizes = new Map<number, number>();
  for (let i = 0; i < 2000; i++) {
    const [number = 0] = numberOf(`image-${i}`, 4);
    sizes.set(number, (sizes.get(number) ?? 0) + 1);
  }
  for (const size of sizes.values()) expect(Math.abs(size - 500)).toBeLessThan(60);
});
