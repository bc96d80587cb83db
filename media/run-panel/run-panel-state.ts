import {
  isBetween,
  isBoolean,
  isList,
  isNullable,
  isNumber,
  isOneOf,
  isString,
  isTuple,
} from '../../trainer/guards/guards.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
import { isSmoothing } from '../charts/smoothing.ts';
import { isXRange, type XRange } from '../charts/x-axis.ts';
import { type ImageView, isImageView } from '../images/image-view.ts';
import { restoreState } from '../page-state.ts';

export const xAxes = ['step', 'step-log', 'relative', 'wall'] as const;
export type XAxisName = (typeof xAxes)[number];

export const imageKinds = ['lr', 'bicubic', 'sr', 'hr'] as const;
export type ImageKind = (typeof imageKinds)[number];

/** What the user chose in the panel; survives a reload. No data of the run. */
export interface RunPanelState {
  readonly smoothing: number;
  readonly xAxis: XAxisName;
  readonly yIsLog: boolean;
  /** The only stage that charts show; null: both. */
  readonly stage: Stage | null;
  readonly range: XRange | null;
  readonly hiddenTags: readonly string[];
  /** Key of a sample image. */
  readonly image: string | null;
  /** Global step of the chosen sample; `null`: the latest. */
  readonly sampleStep: number | null;
  readonly sampleMode: 'wipe' | 'tiles';
  readonly wipeKinds: readonly [ImageKind, ImageKind];
  readonly wipe: number;
  readonly imageView: ImageView | null;
}

export const initialRunPanelState: RunPanelState = {
  smoothing: 0.6,
  xAxis: 'step',
  yIsLog: false,
  stage: null,
  range: null,
  hiddenTags: [],
  image: null,
  sampleStep: null,
  sampleMode: 'wipe',
  wipeKinds: ['bicubic', 'sr'],
  wipe: 0.5,
  imageView: null,
};

export function restoreRunPanelState(saved: unknown): RunPanelState {
  return restoreState(saved, initialRunPanelState, {
    smoothing: isSmoothing,
    xAxis: isOneOf(xAxes),
    yIsLog: isBoolean,
    stage: isNullable(isOneOf(stages)),
    range: isNullable(isXRange),
    hiddenTags: isList(isString),
    image: isNullable(isString),
    sampleStep: isNullable(isNumber),
    sampleMode: isOneOf(['wipe', 'tiles']),
    wipeKinds: isTuple(isOneOf(imageKinds), isOneOf(imageKinds)),
    wipe: isBetween(0, 1),
    imageView: isNullable(isImageView),
  });
}
