import {
  defaultModels,
  isModelChoice,
  type ModelChoice,
  maximumComparedRuns,
  type SamplePlace,
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
import { restoreTradeoffState, type TradeoffState } from './tradeoff/tradeoff-state.ts';

export const tabs = ['table', 'tradeoff', 'curves', 'images', 'config', 'checkpoints'] as const;
export type Tab = (typeof tabs)[number];

/** What the user chose in a comparison; survives a reload. Of the runs it has only their directories. */
export interface CompareState {
  readonly runs: readonly string[];
  readonly tab: Tab;
  /** The run that differences refer to. */
  readonly baseline: string | null;
  readonly models: readonly ModelChoice[];
  readonly showsPublished: boolean;
  /** Whether every test set has columns of LPIPS, DISTS and NIQE, even before they are measured. */
  readonly showsPerceptual: boolean;
  readonly table: TableView;
  readonly tradeoff: TradeoffState;
  readonly curves: CurvesState;
  readonly images: ImagesState;
  readonly config: ConfigState;
  readonly checkpoints: CheckpointsState;
}

/**
 * The state of a comparison page, which was opened for `openedRuns`, or for a checkpoint or samples of one. The user may have chosen
 * other runs since.
 */
export function restoreCompareState(
  saved: unknown,
  openedRuns: readonly string[],
  opened: { readonly checkpoint?: string | null; readonly sample?: SamplePlace | null } = {},
): CompareState {
  const { checkpoint = null, sample = null } = opened;
  const parts = isPlainObject(saved) ? saved : {};
  const runs = isList(isString)(parts.runs) ? parts.runs.slice(0, maximumComparedRuns) : openedRuns;
  const initial: Pick<CompareState, 'tab' | 'baseline' | 'models' | 'showsPublished' | 'showsPerceptual'> = {
    tab: checkpoint !== null ? 'checkpoints' : sample !== null ? 'images' : 'table',
    baseline: runs[0] ?? null,
    models: defaultModels,
    showsPublished: false,
    showsPerceptual: false,
  };
  const top = restoreState(saved, initial, {
    tab: isOneOf(tabs),
    baseline: isNullable(isOneOf(runs)),
    models: isList(isModelChoice),
    showsPublished: isBoolean,
    showsPerceptual: isBoolean,
  });
  return {
    ...top,
    runs,
    table: restoreTableView(parts.table),
    tradeoff: restoreTradeoffState(parts.tradeoff),
    curves: restoreCurvesState(parts.curves),
    images: restoreImagesState(parts.images ?? sample),
    config: restoreConfigState(parts.config),
    checkpoints: restoreCheckpointsState(parts.checkpoints ?? { a: checkpoint }),
  };
}
