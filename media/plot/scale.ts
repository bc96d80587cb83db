/** How values lie along an axis of a chart. */
export interface Scale {
  readonly min: number;
  readonly max: number;
  readonly isLog: boolean;
  /** The pixel of a value. On a logarithmic scale it is `NaN` for values that are not positive. */
  position(value: number): number;
  /** The value at a pixel. */
  value(position: number): number;
}

/** A scale on which `min` lies at pixel `start` and `max` at pixel `end`. `min < max`; `0 < min` if `isLog`. */
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
 * The limits of an axis that shows values from `low` to `high`: some room at both ends, and something to see where
 * all values are equal, where there is none (`low > high`), or where a logarithmic axis has none above 0.
 */
export function axisLimits(low: number, high: number, isLog: boolean): { min: number; max: number } {
  if (isLog) {
    if (!(high > 0)) return { min: 0.1, max: 10 };
    const lowest = low > 0 ? low : high / 1000;
    if (lowest === high) return { min: high / 2, max: high * 2 };
    const room = (high / lowest) ** 0.06;
    return { min: lowest / room, max: high * room };
  }
  if (low > high) return { min: 0, max: 1 };
  if (low === high) {
    const room = Math.abs(low) * 0.1 || 1;
    return { min: low - room, max: high + room };
  }
  const room = (high - low) * 0.06;
  // Quantities that cannot be negative do not get an axis that is.
  return { min: low >= 0 && low < room ? 0 : low - room, max: high + room };
}
