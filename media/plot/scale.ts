/** Maps values to the pixels of an axis. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly isLog: boolean;
  /** The pixel of a value; on a logarithmic scale `NaN` for values that are not positive. */
  position(value: number): number;
  /** The value at a pixel. */
  value(position: number): number;
}

/** A scale from `min` at pixel `start` to `max` at pixel `end`. `min < max`; `0 < min` if `isLog`. */
export function createScale(min: number, max: number, start: number, end: number, isLog: boolean): Scale {
  const low = isLog ? Math.log(min) : min;
  const factor = (end - start) / ((isLog ? Math.log(max) : max) - low);
  return {
    min,
    max,
    isLog,
    position: isLog
      ? (value) => (value > 0 ? start + (Math.log(value) - low) * factor : Number.NaN)
      : (value) => start + (value - low) * factor,
    value: isLog
      ? (position) => Math.exp(low + (position - start) / factor)
      : (position) => low + (position - start) / factor,
  };
}

/**
 * The limits of an axis for values from `low` to `high`, with a margin at both ends. Never empty, even if all values are
 * equal, there are none (`low > high`), or a logarithmic axis has none above 0.
 */
export function axisLimits(low: number, high: number, isLog: boolean): { min: number; max: number } {
  if (isLog) {
    if (!(high > 0)) return { min: 0.1, max: 10 };
    const lowest = low > 0 ? low : high / 1000;
    if (lowest === high) return { min: high / 2, max: high * 2 };
    const margin = (high / lowest) ** 0.06;
    return { min: lowest / margin, max: high * margin };
  }
  if (low > high) return { min: 0, max: 1 };
  if (low === high) {
    const margin = Math.abs(low) * 0.1 || 1;
    return { min: low - margin, max: high + margin };
  }
  const margin = (high - low) * 0.06;
  // The axis of a quantity that is never negative starts at 0.
  return { min: low >= 0 && low < margin ? 0 : low - margin, max: high + margin };
}
