import type { ImageView } from '../images/image-view.ts';

/** How the source is upscaled beside its result: interpolated, or each pixel as a square. */
export type Scaling = 'smooth' | 'squares';

/** How the page looks: what survives a reload. */
export interface BeforeAfterState {
  /** Place of the pair that is shown. */
  readonly index: number;
  readonly wipe: number;
  readonly view: ImageView | null;
  readonly scaling: Scaling;
}

const initial: BeforeAfterState = { index: 0, wipe: 0.5, view: null, scaling: 'smooth' };

/**
 * The state that a page before kept, part by part: what is missing or of another form is as it is at first.
 *
 * @param pairs how many there are to show
 */
export function parseBeforeAfterState(kept: unknown, pairs: number): BeforeAfterState {
  if (!isObject(kept)) return initial;
  const { index, wipe, view, scaling } = kept;
  const isPlace = isNumber(index) && Number.isInteger(index) && index >= 0 && index < pairs;
  return {
    index: isPlace ? index : initial.index,
    wipe: isNumber(wipe) && wipe >= 0 && wipe <= 1 ? wipe : initial.wipe,
    // Of another image it would show a place that nobody chose.
    view: isPlace && isView(view) ? view : initial.view,
    scaling: scaling === 'squares' ? 'squares' : initial.scaling,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isView(value: unknown): value is ImageView {
  return isObject(value) && isNumber(value.zoom) && value.zoom > 0 && isNumber(value.x) && isNumber(value.y);
}
