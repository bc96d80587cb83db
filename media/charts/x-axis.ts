import { formatClock, formatCount, formatDuration } from '../../trainer/format/format.ts';
import type { AxisKind } from '../plot/ticks.ts';

/** The x axis of a chart. */
export interface XAxis {
  readonly kind: Exclude<AxisKind, 'number'>;
  /** What it counts: `step`, `epoch`, `time since the start`. */
  readonly title: string;
  readonly isLog: boolean;
}

/** A part of the x axis. */
export interface XRange {
  readonly min: number;
  readonly max: number;
}

/** The value at a place of the x axis, in words. */
export function formatX(kind: XAxis['kind'], x: number): string {
  if (kind === 'duration') return formatDuration(x);
  return kind === 'clock' ? formatClock(x) : formatCount(x);
}

/** A range moved by a share of its own length, as long as it is seen on the axis. */
export function movedRange({ min, max }: XRange, by: number, isLog: boolean): XRange {
  if (isLog) {
    const factor = (max / min) ** by;
    return { min: min * factor, max: max * factor };
  }
  const distance = (max - min) * by;
  return { min: min + distance, max: max + distance };
}

/** A range moved so that a place is in its middle, as it is seen on the axis. */
export function rangeAround({ min, max }: XRange, x: number, isLog: boolean): XRange {
  if (isLog) {
    const factor = x / Math.sqrt(min * max);
    return { min: min * factor, max: max * factor };
  }
  const distance = x - (min + max) / 2;
  return { min: min + distance, max: max + distance };
}

/** A range made `factor` times as long around a place in it, no longer than the whole axis; `null`: all of it. */
export function zoomedRange(
  { min, max }: XRange,
  factor: number,
  centre: number,
  whole: XRange,
): XRange | null {
  const at = Math.min(max, Math.max(min, centre));
  const zoomed = { min: at - (at - min) * factor, max: at + (max - at) * factor };
  if (zoomed.min <= whole.min && zoomed.max >= whole.max) return null;
  return { min: Math.max(zoomed.min, whole.min), max: Math.min(zoomed.max, whole.max) };
}
