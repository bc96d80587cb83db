import { formatClock, formatCount, formatDuration } from '../../trainer/format/format.ts';
import { isNumber, isObject } from '../../trainer/guards/guards.ts';
import type { AxisKind } from '../plot/ticks.ts';

export interface XAxis {
  readonly kind: Exclude<AxisKind, 'number'>;
  /** `step`, `epoch`, `time since start`. */
  readonly title: string;
  readonly isLog: boolean;
}

/** A part of the x axis; `min < max`. */
export interface XRange {
  readonly min: number;
  readonly max: number;
}

const hasLimits = isObject<XRange>({ min: isNumber, max: isNumber });

export function isXRange(value: unknown): value is XRange {
  return hasLimits(value) && value.min < value.max;
}

export function formatX(kind: XAxis['kind'], x: number): string {
  if (kind === 'duration') return formatDuration(x);
  return kind === 'clock' ? formatClock(x) : formatCount(x);
}

/** A range moved by a fraction of its length; its visible length stays the same. */
export function movedRange({ min, max }: XRange, by: number, isLog: boolean): XRange {
  if (isLog) {
    const factor = (max / min) ** by;
    return { min: min * factor, max: max * factor };
  }
  const distance = (max - min) * by;
  return { min: min + distance, max: max + distance };
}

/** A range moved such that `x` is in the visible middle. */
export function rangeAround({ min, max }: XRange, x: number, isLog: boolean): XRange {
  if (isLog) {
    const factor = x / Math.sqrt(min * max);
    return { min: min * factor, max: max * factor };
  }
  const distance = x - (min + max) / 2;
  return { min: min + distance, max: max + distance };
}

/** A range made `factor` times as long around `center`, limited to the whole axis; `null`: the whole axis. */
export function zoomedRange(
  { min, max }: XRange,
  factor: number,
  center: number,
  whole: XRange,
): XRange | null {
  const at = Math.min(max, Math.max(min, center));
  const zoomed = { min: at - (at - min) * factor, max: at + (max - at) * factor };
  if (zoomed.min <= whole.min && zoomed.max >= whole.max) return null;
  return { min: Math.max(zoomed.min, whole.min), max: Math.min(zoomed.max, whole.max) };
}
