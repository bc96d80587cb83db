const blockLength = 128;

/**
 * Lowest and highest values by blocks of 128, updated as values are appended, so that the extremes of a range of a million
 * values take some thousand comparisons. Ignores `NaN`.
 */
export class Extremes {
  #lows = new Float64Array(64);
  #highs = new Float64Array(64);
  #blocks = 0;

  /** Processes the full blocks of the first `length` values; values processed before must be unchanged. */
  extend(values: Float64Array, length: number): void {
    const blocks = Math.floor(length / blockLength);
    if (blocks > this.#lows.length) {
      this.#lows = grown(this.#lows, blocks);
      this.#highs = grown(this.#highs, blocks);
    }
    for (; this.#blocks < blocks; this.#blocks++) {
      const start = this.#blocks * blockLength;
      const range = scan(values, start, start + blockLength, nothing());
      this.#lows[this.#blocks] = range.low;
      this.#highs[this.#blocks] = range.high;
    }
  }

  /** The lowest and highest of `values[from]` to `values[to - 1]`; without values, `low` is Infinity and `high` -Infinity. */
  of(values: Float64Array, from: number, to: number): { low: number; high: number } {
    const firstBlock = Math.ceil(from / blockLength);
    const lastBlock = Math.min(Math.floor(to / blockLength), this.#blocks);
    if (firstBlock >= lastBlock) return scan(values, from, to, nothing());
    const range = scan(values, from, firstBlock * blockLength, nothing());
    for (let block = firstBlock; block < lastBlock; block++) {
      if (this.#lows[block]! < range.low) range.low = this.#lows[block]!;
      if (this.#highs[block]! > range.high) range.high = this.#highs[block]!;
    }
    return scan(values, lastBlock * blockLength, to, range);
  }
}

function nothing(): { low: number; high: number } {
  return { low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY };
}

function scan(values: Float64Array, from: number, to: number, range: { low: number; high: number }) {
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (value < range.low) range.low = value;
    if (value > range.high) range.high = value;
  }
  return range;
}

function grown(array: Float64Array, atLeast: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(atLeast, array.length * 2));
  larger.set(array);
  return larger;
}
