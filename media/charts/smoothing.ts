import { isNumber } from '../../trainer/guards/guards.ts';

/** A weight of `SmoothedCurve`. */
export function isSmoothing(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value < 1;
}

/**
 * Smoothing as in TensorBoard: an exponential moving average with debiasing, that is, division by 1 - weight^n. Values that
 * are not finite pass through and do not count. A constant curve is unchanged to the last bit.
 */
export class SmoothedCurve {
  readonly weight: number;
  values = new Float64Array(0);
  /** How often all values were recomputed because the curve turned out not to be constant. */
  restarts = 0;
  #done = 0;
  #average = 0;
  #remaining = 1;
  #first = Number.NaN;
  #constant = true;

  /** @param weight of the past, from 0 (no smoothing) to below 1 */
  constructor(weight: number) {
    this.weight = weight;
  }

  /** Continues to `length` values; values processed before must be unchanged. Returns all smoothed values. */
  extend(values: Float64Array, length: number): Float64Array {
    if (this.values.length < length) {
      const grown = new Float64Array(Math.max(values.length, length));
      grown.set(this.values.subarray(0, this.#done));
      this.values = grown;
    }
    while (this.#done < length) {
      const value = values[this.#done]!;
      if (this.#constant && Number.isFinite(value)) {
        if (Number.isNaN(this.#first)) this.#first = value;
        if (value !== this.#first) {
          // Recompute the values that passed through as constant.
          this.#constant = false;
          if (this.#done > 0) this.restarts++;
          this.#done = 0;
          continue;
        }
      }
      this.values[this.#done++] = this.#constant || !Number.isFinite(value) ? value : this.#next(value);
    }
    return this.values;
  }

  #next(value: number): number {
    this.#average = this.#average * this.weight + value * (1 - this.weight);
    this.#remaining *= this.weight;
    return this.#average / (1 - this.#remaining);
  }
}
