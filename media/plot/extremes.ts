const blockLength = 128;

/** Of the finite values of a range. Without any, `low` and `lowPositive` are Infinity and `high` is -Infinity. */
export interface ValueRange {
  readonly low: number;
  /** The lowest value above 0, for logarithmic axes. */
  readonly lowPositive: number;
  readonly high: number;
}

/**
 * Lowest and highest values by blocks of 128, updated as values are appended, so that the extremes of a range of a million
 * values take some thousand comparisons.
 */
export class Extremes {
  #lows = new Float64Array(64);
  #lowPositives = new Float64Array(64);
  #highs = new Float64Array(64);
  #blocks = 0;

  /** Processes the full blocks of the first `length` values; values processed before must be unchanged. */
  extend(values: Float64Array, length: number): void {
    const blocks = Math.floor(length / blockLength);
    if (blocks > this.#lows.length) {
      this.#lows = grown(this.#lows, blocks);
      this.#lowPositives = grown(this.#lowPositives, blocks);
      this.#highs = grown(this.#highs, blocks);
    }
    for (; this.#blocks < blocks; this.#blocks++) {
      const start = this.#blocks * blockLength;
      const range = scan(values, start, start + blockLength, nothing());
      this.#lows[this.#blocks] = range.low;
      this.#lowPositives[this.#blocks] = range.lowPositive;
      this.#highs[this.#blocks] = range.high;
    }
  }

  /** The range of `values[from]` to `values[to - 1]`. */
  of(values: Float64Array, from: number, to: number): ValueRange {
    const firstBlock = Math.ceil(from / blockLength);
    const lastBlock = Math.min(Math.floor(to / blockLength), this.#blocks);
    if (firstBlock >= lastBlock) return scan(values, from, to, nothing());
    const range = scan(values, from, firstBlock * blockLength, nothing());
    for (let block = firstBlock; block < lastBlock; block++) {
      range.low = Math.min(range.low, this.#lows[block]!);
      range.lowPositive = Math.min(range.lowPositive, this.#lowPositives[block]!);
      range.high = Math.max(range.high, this.#highs[block]!);
    }
    return scan(values, lastBlock * blockLength, to, range);
  }
}

type GrowingRange = { -readonly [Key in keyof ValueRange]: number };

function nothing(): GrowingRange {
  return {
    low: Number.POSITIVE_INFINITY,
    lowPositive: Number.POSITIVE_INFINITY,
    high: Number.NEGATIVE_INFINITY,
  };
}

function scan(values: Float64Array, from: number, to: number, range: GrowingRange): GrowingRange {
  for (let i = from; i < to; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < range.low) range.low = value;
    if (value > 0 && value < range.lowPositive) range.lowPositive = value;
    if (value > range.high) range.high = value;
  }
  return range;
}

function grown(array: Float64Array, atLeast: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(Math.max(atLeast, array.length * 2));
  larger.set(array);
  return larger;
}
