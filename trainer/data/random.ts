/** A stream of random numbers that is the same on every platform. */
export interface Random {
  /** In [0, 1), a multiple of 2^-32. */
  next(): number;
  /** A uniform integer in 0..count-1; `count` is 1 to 2^32. */
  integer(count: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** The numbers 0..count-1 in random order. */
  permutation(count: number): Uint32Array;
}

/**
 * A random generator for one purpose, identified by the run's seed and any keys (stage, step, ...). The same keys give
 * the same stream, other keys an unrelated one. So the random numbers of a step do not depend on the steps before it,
 * which makes an exact resume possible.
 *
 * The stream is xoshiro128** (Blackman and Vigna, 2018) with 32-bit integer arithmetic.
 */
export function createRandom(seed: number, ...keys: (number | string)[]): Random {
  let [a, b, c, d] = hash(JSON.stringify([seed, ...keys]));

  function word(): number {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  }

  function integer(count: number): number {
    // Words beyond the last multiple of count would bias the result to small numbers.
    const limit = 2 ** 32 - (2 ** 32 % count);
    let value = word();
    while (value >= limit) value = word();
    return value % count;
  }

  return {
    next: () => word() / 2 ** 32,
    integer,
    chance: (probability) => word() < probability * 2 ** 32,
    permutation(count) {
      const order = Uint32Array.from({ length: count }, (_, i) => i);
      for (let i = count - 1; i > 0; i--) {
        const other = integer(i + 1);
        const value = order[i]!;
        order[i] = order[other]!;
        order[other] = value;
      }
      return order;
    },
  };
}

/** A 128-bit hash of a text: four multiplicative lanes, mixed and finalized like in MurmurHash3. */
function hash(text: string): [number, number, number, number] {
  const lanes = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  const factors = [0xcc9e2d51, 0x1b873593, 0xe6546b65, 0x9e3779b1];
  for (let i = 0; i < text.length; i++) {
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane] = rotate(Math.imul(lanes[lane]! ^ text.charCodeAt(i), factors[lane]!), 13);
    }
  }
  let carry = text.length;
  for (let lane = 0; lane < 8; lane++) {
    carry = finalize(lanes[lane % 4]! ^ carry);
    lanes[lane % 4] = carry;
  }
  // The state must not be all zeros.
  return [lanes[0]! | 1, lanes[1]!, lanes[2]!, lanes[3]!];
}

function finalize(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
