import { isBetween, isCount, isNullable, isOneOf } from '../../trainer/guards/guards.ts';
import { type ImageView, isImageView } from '../images/image-view.ts';
import { restoreState } from '../page-state.ts';

const scalings = ['smooth', 'squares'] as const;
/** How the source is scaled to the size of its result: interpolated, or each pixel as a square. */
export type Scaling = (typeof scalings)[number];

/** What the user chose in the page; survives a reload. */
export interface BeforeAfterState {
  /** Index of the pair that is shown. */
  readonly index: number;
  readonly wipe: number;
  readonly view: ImageView | null;
  readonly scaling: Scaling;
}

const initial: BeforeAfterState = { index: 0, wipe: 0.5, view: null, scaling: 'smooth' };

/** @param pairs number of image pairs of the page */
export function restoreBeforeAfterState(saved: unknown, pairs: number): BeforeAfterState {
  const state = restoreState(
    saved,
    { ...initial, index: -1 },
    {
      index: (value): value is number => isCount(value) && value < pairs,
      wipe: isBetween(0, 1),
      view: isNullable(isImageView),
      scaling: isOneOf(scalings),
    },
  );
  // A view belongs to its image: without the image it would show an arbitrary part of another one.
  return state.index < 0 ? { ...state, index: initial.index, view: initial.view } : state;
}
