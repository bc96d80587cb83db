/**
 * A curve smoothed as TensorBoard does it: an exponential moving average that starts at 0 and is divided by the
 * weight that its terms have so far (1 - weight^n). A value that is not finite is passed through and does not
 * count. A curve whose values are all equal stays as it is, to the last bit.
 */
export class SmoothedCurve {
  readonly weight: number;
  values = new Float64Array(0);
  /** How often values that had been given were taken back, since the curve turned out not to be constant. */
  restarts = 0;
  #done = 0;
  #average = 0;
  #remaining = 1;
  #first = Number.NaN;
  #constant = true;

  /** @param weight of the past, from 0 (nothing is smoothed) to below 1 */
  constructor(weight: number) {
    this.weight = weight;
  }

  /** Smooths on to `length` values, of which those smoothed before must be unchanged; gives all so far. */
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
          // What was passed through as constant gets its average now.
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
