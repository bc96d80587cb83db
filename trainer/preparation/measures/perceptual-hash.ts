import type { Gray } from './gray.ts';

/** The 64 bits of a difference hash: two unsigned numbers of 32 bits. */
export type PerceptualHash = readonly [number, number];

/**
 * Difference hash (dHash, Krawetz 2013): the image as 9x8 means; a bit for each says whether it is darker than its right
 * neighbor. Resizing, compression and brightness change few bits.
 */
export function differenceHash(gray: Gray): PerceptualHash {
  const means = blockMeans(gray, 9, 8);
  const words = [0, 1].map((word) => {
    let bits = 0;
    for (let y = 4 * word; y < 4 * word + 4; y++) {
      for (let x = 0; x < 8; x++) bits = (bits << 1) | Number(means[y * 9 + x]! < means[y * 9 + x + 1]!);
    }
    return bits >>> 0;
  });
  return [words[0]!, words[1]!];
}

/** The number of bits in which two hashes differ, 0 to 64. */
export function hashDistance(a: PerceptualHash, b: PerceptualHash): number {
  return countBits(a[0] ^ b[0]) + countBits(a[1] ^ b[1]);
}

/** Means of `columns` x `rows` equal parts; pixels at the border of a part count by the area in it. */
export function blockMeans({ width, height, data }: Gray, columns: number, rows: number): Float64Array {
  const means = new Float64Array(columns * rows);
  const across = parts(width, columns);
  for (const [row, ofRow] of parts(height, rows).entries()) {
    for (const [column, ofColumn] of across.entries()) {
      let sum = 0;
      for (const [y, high] of ofRow)
        for (const [x, wide] of ofColumn) sum += high * wide * data[y * width + x]!;
      means[row * columns + column] = (sum * columns * rows) / (width * height);
    }
  }
  return means;
}

/** For each part the pixels and how much of each is in it. */
function parts(length: number, count: number): (readonly [number, number])[][] {
  return Array.from({ length: count }, (_, part) => {
    const [from, to] = [(part * length) / count, ((part + 1) * length) / count];
    const first = Math.floor(from);
    return Array.from({ length: Math.ceil(to) - first }, (_, i): readonly [number, number] => {
      const pixel = first + i;
      return [pixel, Math.min(to, pixel + 1) - Math.max(from, pixel)];
    }).filter(([pixel, area]) => pixel < length && area > 0);
  });
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
