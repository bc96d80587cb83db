import type { Random } from '../random.ts';

/** A uniform number of a range. */
export function drawNumber([low, high]: readonly [number, number], random: Random): number {
  return low + random.next() * (high - low);
}

/** A uniform integer of a range, both ends included. */
export function drawInteger([low, high]: readonly [number, number], random: Random): number {
  return low + random.integer(high - low + 1);
}

/** A uniform odd number of a range that contains one. */
export function drawOdd([low, high]: readonly [number, number], random: Random): number {
  const first = low + (1 - (low % 2));
  return first + 2 * random.integer(Math.floor((high - first) / 2) + 1);
}

/** A key, with a probability in proportion to its weight. At least one weight is positive. */
export function drawKey<Key extends string>(
  weights: Readonly<Partial<Record<Key, number>>>,
  keys: readonly Key[],
  random: Random,
): Key {
  const positive = keys.filter((key) => (weights[key] ?? 0) > 0);
  let left = random.next() * positive.reduce((sum, key) => sum + (weights[key] ?? 0), 0);
  const drawn = positive.find((key) => {
    left -= weights[key] ?? 0;
    return left < 0;
  });
  const last = drawn ?? positive.at(-1);
  if (last === undefined) throw new RangeError(`all weights of ${keys.join(', ')} are 0`);
  return last;
}
