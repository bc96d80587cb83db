import { type Guard, isCount, isObject } from './guards.ts';

/** A rectangle of whole pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const isLength: Guard<number> = (value): value is number => isCount(value) && value > 0;

export const isRect = isObject<Rect>({ x: isCount, y: isCount, width: isLength, height: isLength });
