import type { TagPoints } from '../../server/protocol/points.ts';

const minimumCapacity = 256;

/**
 * The points of a scalar by rising step. Arrays may be longer than `length`. A value that is not finite is `NaN`. Times are
 * Unix times in seconds and never fall, so that steps and times can be searched by bisection.
 */
export class PointSeries {
  length = 0;
  steps = new Float64Array(minimumCapacity);
  values = new Float64Array(minimumCapacity);
  times = new Float64Array(minimumCapacity);
  /** Changes when points were inserted rather than appended. */
  order = 0;

  /** Appends points. Points before the last step, as external event files may have, are inserted. */
  append({ steps, values, wallTimes }: Pick<TagPoints, 'steps' | 'values' | 'wallTimes'>): void {
    const from = this.length;
    this.#reserve(from + steps.length);
    let sorted = true;
    for (let i = 0; i < steps.length; i++) {
      const at = from + i;
      this.steps[at] = steps[i]!;
      this.values[at] = values[i] ?? Number.NaN;
      this.times[at] = wallTimes[i]!;
      if (at > 0 && this.steps[at]! < this.steps[at - 1]!) sorted = false;
    }
    this.length = from + steps.length;
    if (!sorted) this.#sort();
    // A clock that was set back, or a file of another session, must not make the line go backward.
    for (let i = Math.max(1, sorted ? from : 1); i < this.length; i++) {
      if (this.times[i]! < this.times[i - 1]!) this.times[i] = this.times[i - 1]!;
    }
  }

  #reserve(length: number): void {
    if (length <= this.steps.length) return;
    const capacity = Math.max(length, this.steps.length * 2);
    for (const name of ['steps', 'values', 'times'] as const) {
      const grown = new Float64Array(capacity);
      grown.set(this[name].subarray(0, this.length));
      this[name] = grown;
    }
  }

  #sort(): void {
    const { steps } = this;
    const order = Array.from({ length: this.length }, (_, i) => i).sort(
      (a, b) => steps[a]! - steps[b]! || a - b,
    );
    for (const name of ['steps', 'values', 'times'] as const) {
      const sorted = new Float64Array(this[name].length);
      for (const [to, from] of order.entries()) sorted[to] = this[name][from]!;
      this[name] = sorted;
    }
    this.order++;
  }
}

/** The first index in `[from, length)` whose number is at least `value`; `length` if there is none. */
export function lowerBound(sorted: Float64Array, length: number, value: number, from = 0): number {
  let low = from;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The index of the number nearest to `value`, the first of two equally near; -1 if `length` is 0. */
export function nearestIndex(sorted: Float64Array, length: number, value: number): number {
  if (length === 0) return -1;
  const after = lowerBound(sorted, length, value);
  if (after === 0) return 0;
  if (after === length) return length - 1;
  return value - sorted[after - 1]! <= sorted[after]! - value ? after - 1 : after;
}
