import {
  isBetween,
  isBoolean,
  isList,
  isNullable,
  isNumber,
  isOneOf,
  isString,
  isTuple,
} from '../../../trainer/guards/guards.ts';
import type { Rect } from '../../../trainer/guards/rect.ts';
import { isRect } from '../../../trainer/guards/rect.ts';
import { gains } from '../../images/difference.ts';
import { type ImageView, isImageView } from '../../images/image-view.ts';
import { restoreState } from '../../page-state.ts';

const imageModes = ['tiles', 'wipe'] as const;
/** `samples`: of the training. `results`: of models on the images of a test set. */
const imageSources = ['samples', 'results'] as const;
const references = ['hr', 'baseline'] as const;

export interface ImagesState {
  readonly source: (typeof imageSources)[number];
  /** Key of a sample image. */
  readonly sample: string | null;
  /** Global step of the samples; `null`: the latest of each run. */
  readonly step: number | null;
  /** Folder of a test set. */
  readonly testSet: string | null;
  /** Path of an image of the test set. */
  readonly image: string | null;
  readonly mode: (typeof imageModes)[number];
  /** Ids of the left and the right tile of the wipe. */
  readonly wipeTiles: readonly [string | null, string | null];
  readonly wipe: number;
  readonly hiddenTiles: readonly string[];
  readonly view: ImageView | null;
  readonly box: Rect | null;
  /** Whether tiles show their difference to the reference. */
  readonly isDifference: boolean;
  readonly gain: number;
  readonly reference: (typeof references)[number];
}

const initial: ImagesState = {
  source: 'samples',
  sample: null,
  step: null,
  testSet: null,
  image: null,
  mode: 'tiles',
  wipeTiles: [null, null],
  wipe: 0.5,
  hiddenTiles: ['lr'],
  view: null,
  box: null,
  isDifference: false,
  gain: 4,
  reference: 'hr',
};

export function restoreImagesState(saved: unknown): ImagesState {
  return restoreState(saved, initial, {
    source: isOneOf(imageSources),
    sample: isNullable(isString),
    step: isNullable(isNumber),
    testSet: isNullable(isString),
    image: isNullable(isString),
    mode: isOneOf(imageModes),
    wipeTiles: isTuple(isNullable(isString), isNullable(isString)),
    wipe: isBetween(0, 1),
    hiddenTiles: isList(isString),
    view: isNullable(isImageView),
    box: isNullable(isRect),
    isDifference: isBoolean,
    gain: isOneOf(gains),
    reference: isOneOf(references),
  });
}
