/** Statistics of the finite values of a tensor; null if there are none. */
interface TensorStatistics {
  readonly count: number;
  /** Number of values that are infinite or NaN. */
  readonly notFinite: number;
  readonly mean: number | null;
  /** Standard deviation. */
  readonly deviation: number | null;
  readonly least: number | null;
  readonly largest: number | null;
  /** Euclidean norm. */
  readonly norm: number;
}

/** How many values are infinite or NaN. */
export function countNotFinite(values: Float32Array): number {
  let count = 0;
  for (const value of values) if (!Number.isFinite(value)) count++;
  return count;
}

export function tensorStatistics(values: Float32Array): TensorStatistics {
  let notFinite = 0;
  let sum = 0;
  let squares = 0;
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      notFinite++;
      continue;
    }
    sum += value;
    squares += value * value;
    least = Math.min(least, value);
    largest = Math.max(largest, value);
  }
  const finite = values.length - notFinite;
  const common = { count: values.length, notFinite, norm: Math.sqrt(squares) };
  if (finite === 0) return { ...common, mean: null, deviation: null, least: null, largest: null };
  const mean = sum / finite;
  // For equal values, rounding can make this slightly negative.
  const variance = Math.max(squares / finite - mean * mean, 0);
  return { ...common, mean, deviation: Math.sqrt(variance), least, largest };
}
