import { isBetween, isNullable, isOneOf, isString } from '../../../trainer/guards/guards.ts';
import type { Rect } from '../../../trainer/guards/rect.ts';
import { isRect } from '../../../trainer/guards/rect.ts';
import { type ImageView, isImageView } from '../../images/image-view.ts';
import { restoreState } from '../../page-state.ts';
import { type TensorSort, tensorSorts } from './tensor-difference-rows.ts';

export interface CheckpointsState {
  /** Folders of two checkpoints. */
  readonly a: string | null;
  readonly b: string | null;
  /** Weight of `b` in the network interpolation, 0 to 1. */
  readonly alpha: number;
  readonly sort: TensorSort;
  readonly search: string;
  /** Path of the image that the interpolated network upscales. */
  readonly image: string | null;
  /** The part of its LR that is upscaled. */
  readonly box: Rect | null;
  readonly view: ImageView | null;
}

const initial: CheckpointsState = {
  a: null,
  b: null,
  alpha: 0.8,
  sort: 'model',
  search: '',
  image: null,
  box: null,
  view: null,
};

export function restoreCheckpointsState(saved: unknown): CheckpointsState {
  return restoreState(saved, initial, {
    a: isNullable(isString),
    b: isNullable(isString),
    alpha: isBetween(0, 1),
    sort: isOneOf(tensorSorts),
    search: isString,
    image: isNullable(isString),
    box: isNullable(isRect),
    view: isNullable(isImageView),
  });
}
