import { type Guard, isCount, isList, isNullable, isOneOf } from '../../trainer/guards/guards.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
import { restoreState } from '../page-state.ts';

/** CSS pixels for each HR pixel. */
export const zooms = [0.5, 1, 2, 3, 4, 6, 8] as const;

export type Zoom = (typeof zooms)[number];

/** The zoom that a page starts with: the least one, from 1 on, that shows patches with 256 pixels or more. */
export function firstZoom(pixels: number): Zoom {
  return zooms.find((zoom) => zoom >= 1 && zoom * pixels >= 256) ?? 8;
}

/** What the person chose in the page; survives a reload. */
export interface TrainingPatchesState {
  readonly stage: Stage;
  readonly step: number;
  /** Indices of the operations that are left out. */
  readonly without: readonly number[];
  /** Null before it was changed: see `firstZoom`. */
  readonly zoom: Zoom | null;
  readonly isComplete: boolean;
}

const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';
const isStep: Guard<number> = (value): value is number => isCount(value) && value > 0;

/** @param stage that the page was opened for */
export function restoreTrainingPatchesState(saved: unknown, stage: Stage): TrainingPatchesState {
  const initial: TrainingPatchesState = { stage, step: 1, without: [], zoom: null, isComplete: false };
  return restoreState(saved, initial, {
    stage: isOneOf(stages),
    step: isStep,
    without: isList(isCount),
    zoom: isNullable(isOneOf(zooms)),
    isComplete: isBoolean,
  });
}
