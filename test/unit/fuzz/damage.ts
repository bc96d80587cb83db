import type { Random } from '../../../trainer/data/random.ts';

/** One of the values, uniformly. */
export function oneOf<T>(values: readonly T[], random: Random): T {
  const value = values[random.integer(values.length)];
  if (value === undefined) throw new Error('Nothing to choose from.');
  return value;
}

/** Integers that break readers: around 0, around the limits of types, and far too large. */
export const awkwardNumbers: readonly bigint[] = [
  ...[0n, 1n, 2n, 3n, 7n, 8n, 12n, 16n, 255n, 256n, 65535n, 65536n, 1000000n],
  ...[31n, 32n, 53n, 63n, 64n].flatMap((bits) => [2n ** bits - 1n, 2n ** bits, 2n ** bits + 1n]),
  -1n,
  -2n,
];

/**
 * A few changes anywhere in a file: bits flipped, numbers of 1, 2, 4 or 8 bytes in either order replaced by awkward
 * ones, words of the format put over or between what was there, pieces cut out, repeated, moved, or taken from
 * another file, and the end cut off.
 *
 * @param others files from which pieces are taken
 * @param words meaningful words of the format
 */
export function damageBytes(
  bytes: Uint8Array,
  random: Random,
  others: readonly Uint8Array[],
  words: readonly Uint8Array[],
): Buffer {
  let damaged: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random.integer(4); changes > 0 && damaged.length > 0; changes--) {
    damaged = changeBytes(damaged, random, others, words);
  }
  return damaged;
}

function changeBytes(
  bytes: Buffer,
  random: Random,
  others: readonly Uint8Array[],
  words: readonly Uint8Array[],
): Buffer {
  // Half of the positions are near the start, where headers are.
  const at = random.integer(random.chance(0.5) ? bytes.length : Math.min(bytes.length, 64));
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const piece = (from: Uint8Array) => {
    const start = random.integer(from.length + 1);
    return from.subarray(start, start + random.integer(80));
  };
  const changes: (() => Uint8Array[])[] = [
    () => [before, Buffer.of(after[0]! ^ (1 << random.integer(8))), after.subarray(1)],
    () => {
      const number = awkwardBytes(random);
      return [before, number, after.subarray(number.length)];
    },
    () => {
      const word = oneOf(words, random);
      return [before, word, after.subarray(word.length)];
    },
    () => [before, oneOf(words, random), after],
    () => [before, after.subarray(random.integer(Math.min(after.length, 80) + 1))],
    () => [before, after.subarray(0, 80), after],
    () => [before, piece(bytes), after],
    () => [before, piece(oneOf(others, random)), after.subarray(random.integer(80))],
    () => [before, oneOf(others, random).subarray(at)],
    () => [before],
  ];
  return Buffer.concat(oneOf(changes, random)());
}

function awkwardBytes(random: Random): Buffer {
  const number = oneOf(awkwardNumbers, random);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, number));
  const part = bytes.subarray(0, oneOf([1, 2, 4, 8], random));
  return random.chance(0.5) ? part : part.reverse();
}

/** Repeats, drops, swaps or moves some of the pieces. */
export function shuffled<T>(pieces: readonly T[], random: Random): T[] {
  const changed = [...pieces];
  for (let changes = 1 + random.integer(3); changes > 0 && changed.length > 0; changes--) {
    const at = random.integer(changed.length);
    const to = random.integer(changed.length + 1);
    const change = oneOf(['repeat', 'leave out', 'move', 'cut'] as const, random);
    if (change === 'repeat') changed.splice(to, 0, changed[at]!);
    else if (change === 'leave out') changed.splice(at, 1);
    else if (change === 'move') changed.splice(to, 0, ...changed.splice(at, 1));
    else changed.splice(at, random.integer(20));
  }
  return changed;
}
