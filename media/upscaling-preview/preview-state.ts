import { isBetween, isBoolean, isNullable, isString } from '../../trainer/guards/guards.ts';
import { isRect, type Rect } from '../../trainer/guards/rect.ts';
import { type ImageView, isImageView } from '../images/image-view.ts';
import { restoreState } from '../page-state.ts';

/** What the person chose in the page; survives a reload. */
export interface PreviewState {
  /** In pixels of the image; null: the middle. */
  readonly region: Rect | null;
  /** The model left of the wipe; null: bicubic. */
  readonly left: string | null;
  readonly isBetter: boolean;
  readonly wipe: number;
  /** Of all results. */
  readonly view: ImageView | null;
}

const initial: PreviewState = { region: null, left: null, isBetter: false, wipe: 0.5, view: null };

export function restorePreviewState(saved: unknown): PreviewState {
  return restoreState(saved, initial, {
    region: isNullable(isRect),
    left: isNullable(isString),
    isBetter: isBoolean,
    wipe: isBetween(0, 1),
    view: isNullable(isImageView),
  });
}
