import {
  type CheckpointChoice,
  defaultModels,
  type ModelChoice,
  maximumComparedRuns,
} from '../../server/protocol/comparison.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import type { XRange } from '../charts/x-axis.ts';
import type { Box } from '../images/box.ts';
import { gains } from '../images/difference.ts';
import type { ImageView } from '../images/image-view.ts';
import type { TableSort, TableView } from './table/table-model.ts';

export const tabs = ['table', 'curves', 'images', 'config', 'checkpoints'] as const;
export type Tab = (typeof tabs)[number];

export const curveAxes = ['step', 'epochs', 'images', 'relative', 'wall'] as const;
/** What the x axis of the curves counts. */
export type CurveAxis = (typeof curveAxes)[number];

export const imageModes = ['tiles', 'wipe'] as const;
export const imageSources = ['samples', 'results'] as const;
export const references = ['hr', 'baseline'] as const;

export interface CurvesUi {
  readonly smoothing: number;
  readonly xAxis: CurveAxis;
  readonly yIsLog: boolean;
  readonly range: XRange | null;
  /** Run directories. */
  readonly hiddenRuns: readonly string[];
  /** Shows only scalars whose name has this in it. */
  readonly search: string;
}

export interface ImagesUi {
  /** Samples of the training, or results of models on images of a test set. */
  readonly source: (typeof imageSources)[number];
  /** Key of a sample image. */
  readonly sample: string | null;
  /** Step of the samples, among the steps of the points; `null`: the latest of each run. */
  readonly step: number | null;
  /** Folder of a test set, and path of its image. */
  readonly testSet: string | null;
  readonly image: string | null;
  readonly mode: (typeof imageModes)[number];
  /** Ids of the two tiles of the wipe. */
  readonly wipeTiles: readonly [string | null, string | null];
  readonly wipe: number;
  readonly hiddenTiles: readonly string[];
  readonly view: ImageView | null;
  readonly box: Box | null;
  /** Whether tiles show how they differ from the reference. */
  readonly isDifference: boolean;
  readonly gain: number;
  readonly reference: (typeof references)[number];
}

export interface CheckpointsUi {
  /** Folders of two checkpoints. */
  readonly a: string | null;
  readonly b: string | null;
  readonly alpha: number;
  readonly sort: 'model' | 'norm' | 'relative' | 'largest' | 'notFinite';
  readonly search: string;
  /** The image that the mean is shown on, and which part of its LR. */
  readonly image: string | null;
  readonly box: Box | null;
  readonly view: ImageView | null;
}

/** How a comparison looks: what survives a reload. Never data of the runs but which they are. */
export interface CompareState {
  readonly runs: readonly string[];
  readonly tab: Tab;
  /** The run that differences are taken from. */
  readonly baseline: string | null;
  readonly models: readonly ModelChoice[];
  readonly showsPublished: boolean;
  readonly table: TableView;
  readonly curves: CurvesUi;
  readonly images: ImagesUi;
  readonly config: { readonly showsAll: boolean; readonly search: string };
  readonly checkpoints: CheckpointsUi;
}

/** How a comparison of these runs looks at first. */
export function initialState(runs: readonly string[]): CompareState {
  return {
    runs,
    tab: 'table',
    baseline: runs[0] ?? null,
    models: defaultModels,
    showsPublished: false,
    table: {
      sort: null,
      filter: '',
      hiddenRows: [],
      hiddenColumns: [],
      rowOrder: [],
      columnOrder: [],
    },
    curves: { smoothing: 0.6, xAxis: 'step', yIsLog: false, range: null, hiddenRuns: [], search: '' },
    images: {
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
    },
    config: { showsAll: false, search: '' },
    checkpoints: {
      a: null,
      b: null,
      alpha: 0.8,
      sort: 'model',
      search: '',
      image: null,
      box: null,
      view: null,
    },
  };
}

/**
 * The state that a page before kept, part by part: what is missing or of another form, as an older version may have
 * left it, is as it is at first.
 */
export function parseState(kept: unknown, runs: readonly string[]): CompareState {
  const parts = object(kept);
  const first = initialState(isTexts(parts.runs) ? parts.runs.slice(0, maximumComparedRuns) : runs);
  const table = pickFrom(parts.table, first.table);
  const curves = pickFrom(parts.curves, first.curves);
  const images = pickFrom(parts.images, first.images);
  const config = pickFrom(parts.config, first.config);
  const checkpoints = pickFrom(parts.checkpoints, first.checkpoints);
  const top = pickFrom(parts, first);
  return {
    runs: first.runs,
    tab: top('tab', oneOf(tabs)),
    baseline: top(
      'baseline',
      (value): value is string | null => value === null || first.runs.some((run) => run === value),
    ),
    models: top('models', isList(isModelChoice)),
    showsPublished: top('showsPublished', isFlag),
    table: {
      sort: table('sort', isNullOr(isSort)),
      filter: table('filter', isText),
      hiddenRows: table('hiddenRows', isTexts),
      hiddenColumns: table('hiddenColumns', isTexts),
      rowOrder: table('rowOrder', isTexts),
      columnOrder: table('columnOrder', isTexts),
    },
    curves: {
      smoothing: curves('smoothing', (value): value is number => isShare(value) && value < 1),
      xAxis: curves('xAxis', oneOf(curveAxes)),
      yIsLog: curves('yIsLog', isFlag),
      range: curves('range', isNullOr(isRange)),
      hiddenRuns: curves('hiddenRuns', isTexts),
      search: curves('search', isText),
    },
    images: {
      source: images('source', oneOf(imageSources)),
      sample: images('sample', isNullOr(isText)),
      step: images('step', isNullOr(isNumber)),
      testSet: images('testSet', isNullOr(isText)),
      image: images('image', isNullOr(isText)),
      mode: images('mode', oneOf(imageModes)),
      wipeTiles: images('wipeTiles', isTilePair),
      wipe: images('wipe', isShare),
      hiddenTiles: images('hiddenTiles', isTexts),
      view: images('view', isNullOr(isView)),
      box: images('box', isNullOr(isBox)),
      isDifference: images('isDifference', isFlag),
      gain: images('gain', (value): value is number => gains.some((gain) => gain === value)),
      reference: images('reference', oneOf(references)),
    },
    config: { showsAll: config('showsAll', isFlag), search: config('search', isText) },
    checkpoints: {
      a: checkpoints('a', isNullOr(isText)),
      b: checkpoints('b', isNullOr(isText)),
      alpha: checkpoints('alpha', isShare),
      sort: checkpoints('sort', oneOf(['model', 'norm', 'relative', 'largest', 'notFinite'] as const)),
      search: checkpoints('search', isText),
      image: checkpoints('image', isNullOr(isText)),
      box: checkpoints('box', isNullOr(isBox)),
      view: checkpoints('view', isNullOr(isView)),
    },
  };
}

/** Takes parts that are valid from what was kept, the others from how it is at first. */
function pickFrom<Whole extends object>(kept: unknown, first: Whole) {
  const parts = object(kept);
  return <Key extends keyof Whole & string>(
    key: Key,
    isValid: (value: unknown) => value is Whole[Key],
  ): Whole[Key] => {
    const value = parts[key];
    return isValid(value) ? value : first[key];
  };
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isShare(value: unknown): value is number {
  return isNumber(value) && value >= 0 && value <= 1;
}

function isNullOr<Value>(isValid: (value: unknown) => value is Value) {
  return (value: unknown): value is Value | null => value === null || isValid(value);
}

function isList<Value>(isValid: (value: unknown) => value is Value) {
  return (value: unknown): value is Value[] => Array.isArray(value) && value.every(isValid);
}

const isTexts = isList(isText);

function oneOf<Value extends string>(values: readonly Value[]) {
  return (value: unknown): value is Value => values.some((each) => each === value);
}

const isStage = oneOf<Stage>(['pretraining', 'training']);

function isCheckpointChoice(value: unknown): value is CheckpointChoice {
  return value === 'best' || value === 'last' || isNumber(value);
}

function isModelChoice(value: unknown): value is ModelChoice {
  if (!isObject(value)) return false;
  if (value.kind === 'checkpoint') return isStage(value.stage) && isCheckpointChoice(value.checkpoint);
  return (
    value.kind === 'interpolated' &&
    isShare(value.alpha) &&
    isCheckpointChoice(value.pretraining) &&
    isCheckpointChoice(value.training)
  );
}

function isSort(value: unknown): value is TableSort {
  return isObject(value) && isText(value.column) && isText(value.metric) && isFlag(value.isBestFirst);
}

function isRange(value: unknown): value is XRange {
  return isObject(value) && isNumber(value.min) && isNumber(value.max) && value.min < value.max;
}

function isView(value: unknown): value is ImageView {
  return isObject(value) && isNumber(value.zoom) && value.zoom > 0 && isNumber(value.x) && isNumber(value.y);
}

function isBox(value: unknown): value is Box {
  return (
    isObject(value) &&
    [value.x, value.y, value.width, value.height].every((each) => isNumber(each) && each >= 0) &&
    value.width !== 0 &&
    value.height !== 0
  );
}

function isTilePair(value: unknown): value is [string | null, string | null] {
  return Array.isArray(value) && value.length === 2 && value.every(isNullOr(isText));
}

declare global {
  interface HTMLElementEventMap {
    /** A part of a comparison is to look otherwise. */
    'state-change': CustomEvent<Partial<CompareState>>;
    /** What went wrong, for the person; empty: nothing does any more. */
    problem: CustomEvent<string>;
  }
}

/** Tells the comparison around an element how it is to look from now on. */
export function tellState(element: HTMLElement, detail: Partial<CompareState>): void {
  element.dispatchEvent(new CustomEvent('state-change', { detail, bubbles: true, composed: true }));
}

/** Does what may fail, and tells the comparison around an element of it. */
export async function attempt(element: HTMLElement, action: () => Promise<unknown>): Promise<void> {
  const tell = (detail: string) =>
    element.dispatchEvent(new CustomEvent('problem', { detail, bubbles: true, composed: true }));
  try {
    await action();
    tell('');
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
  }
}
