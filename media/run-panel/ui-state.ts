import type { XRange } from '../charts/x-axis.ts';
import type { ImageView } from '../images/image-view.ts';

export const xAxes = ['step', 'step-log', 'relative', 'wall'] as const;
export type XAxisName = (typeof xAxes)[number];

export const imageKinds = ['lr', 'bicubic', 'sr', 'hr'] as const;
/** What of a sample is shown. */
export type ImageKind = (typeof imageKinds)[number];

/** How the panel looks: what survives a reload. Never data of the run. */
export interface UiState {
  readonly smoothing: number;
  readonly xAxis: XAxisName;
  readonly yIsLog: boolean;
  readonly range: XRange | null;
  readonly hiddenTags: readonly string[];
  readonly image: string | null;
  /** Step of the sample that was chosen, among the steps of the points; `null`: the latest. */
  readonly sampleStep: number | null;
  readonly sampleMode: 'wipe' | 'tiles';
  readonly wipeKinds: readonly [ImageKind, ImageKind];
  readonly wipe: number;
  readonly imageView: ImageView | null;
}

export const initialUiState: UiState = {
  smoothing: 0.6,
  xAxis: 'step',
  yIsLog: false,
  range: null,
  hiddenTags: [],
  image: null,
  sampleStep: null,
  sampleMode: 'wipe',
  wipeKinds: ['bicubic', 'sr'],
  wipe: 0.5,
  imageView: null,
};

/**
 * The state that a page before kept, part by part: what is missing or of another form, as an older version may have
 * left it, is as it is at first.
 */
export function parseUiState(kept: unknown): UiState {
  const parts: Readonly<Record<string, unknown>> = isObject(kept) ? kept : {};
  const pick = <Key extends keyof UiState>(key: Key, isValid: (value: unknown) => value is UiState[Key]) => {
    const value = parts[key];
    return isValid(value) ? value : initialUiState[key];
  };
  return {
    smoothing: pick('smoothing', (value): value is number => isNumber(value) && value >= 0 && value < 1),
    xAxis: pick('xAxis', (value): value is XAxisName => xAxes.some((name) => name === value)),
    yIsLog: pick('yIsLog', (value) => typeof value === 'boolean'),
    range: pick('range', (value): value is XRange | null => value === null || isRange(value)),
    hiddenTags: pick(
      'hiddenTags',
      (value): value is string[] => Array.isArray(value) && value.every((tag) => typeof tag === 'string'),
    ),
    image: pick('image', (value) => value === null || typeof value === 'string'),
    sampleStep: pick('sampleStep', (value) => value === null || isNumber(value)),
    sampleMode: pick('sampleMode', (value) => value === 'wipe' || value === 'tiles'),
    wipeKinds: pick(
      'wipeKinds',
      (value): value is [ImageKind, ImageKind] =>
        Array.isArray(value) &&
        value.length === 2 &&
        value.every((kind) => imageKinds.some((known) => known === kind)),
    ),
    wipe: pick('wipe', (value): value is number => isNumber(value) && value >= 0 && value <= 1),
    imageView: pick('imageView', (value): value is ImageView | null => value === null || isView(value)),
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRange(value: unknown): value is XRange {
  return isObject(value) && isNumber(value.min) && isNumber(value.max) && value.min < value.max;
}

function isView(value: unknown): value is ImageView {
  return isObject(value) && isNumber(value.zoom) && value.zoom > 0 && isNumber(value.x) && isNumber(value.y);
}
