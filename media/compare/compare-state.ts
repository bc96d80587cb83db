import {
  defaultModels,
  isModelChoice,
  type ModelChoice,
  maximumComparedRuns,
} from '../../server/protocol/comparison.ts';
import {
  isBoolean,
  isList,
  isNullable,
  isOneOf,
  isPlainObject,
  isString,
} from '../../trainer/guards/guards.ts';
import { restoreState } from '../page-state.ts';
import { type CheckpointsState, restoreCheckpointsState } from './checkpoints/checkpoints-state.ts';
import { type ConfigState, restoreConfigState } from './config/config-state.ts';
import { type CurvesState, restoreCurvesState } from './curves/curves-state.ts';
import { type ImagesState, restoreImagesState } from './images/images-state.ts';
import { restoreTableView, type TableView } from './table/table-view.ts';

export const tabs = ['table', 'curves', 'images', 'config', 'checkpoints'] as const;
export type Tab = (typeof tabs)[number];

/** What the user chose in a comparison; survives a reload. Of the runs it has only their directories. */
export interface CompareState {
  readonly runs: readonly string[];
  readonly tab: Tab;
  /** The run that differences refer to. */
  readonly baseline: string | null;
  readonly models: readonly ModelChoice[];
  readonly showsPublished: boolean;
  readonly table: TableView;
  readonly curves: CurvesState;
  readonly images: ImagesState;
  readonly config: ConfigState;
  readonly checkpoints: CheckpointsState;
}

/**
 * The state of a comparison page, which was opened for `openedRuns`, or for a checkpoint of one. The user may have chosen
 * other runs since.
 */
export function restoreCompareState(
  saved: unknown,
  openedRuns: readonly string[],
  openedCheckpoint: string | null = null,
): CompareState {
  const parts = isPlainObject(saved) ? saved : {};
  const runs = isList(isString)(parts.runs) ? parts.runs.slice(0, maximumComparedRuns) : openedRuns;
  const initial: Pick<CompareState, 'tab' | 'baseline' | 'models' | 'showsPublished'> = {
    tab: openedCheckpoint === null ? 'table' : 'checkpoints',
    baseline: runs[0] ?? null,
    models: defaultModels,
    showsPublished: false,
  };
  const top = restoreState(saved, initial, {
    tab: isOneOf(tabs),
    baseline: isNullable(isOneOf(runs)),
    models: isList(isModelChoice),
    showsPublished: isBoolean,
  });
  return {
    ...top,
    runs,
    table: restoreTableView(parts.table),
    curves: restoreCurvesState(parts.curves),
    images: restoreImagesState(parts.images),
    config: restoreConfigState(parts.config),
    checkpoints: restoreCheckpointsState(parts.checkpoints ?? { a: openedCheckpoint }),
  };
}
