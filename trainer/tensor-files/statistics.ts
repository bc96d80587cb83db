/** One tensor in a few numbers; over the values that are finite, null where there is none. */
export interface TensorStatistics {
  readonly count: number;
  /** How many of them are infinite or no numbers. */
  readonly notFinite: number;
  readonly mean: number | null;
  /** Standard deviation. */
  readonly deviation: number | null;
  readonly least: number | null;
  readonly largest: number | null;
  /** Euclidean norm. */
  readonly norm: number;
}

/** Describes the values of a tensor. */
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
  // Rounding can leave a little less than nothing of equal values.
  const variance = Math.max(squares / finite - mean * mean, 0);
  return { ...common, mean, deviation: Math.sqrt(variance), least, largest };
}
