import { isBoolean, isList, isNullable, isOneOf, isString } from '../../../trainer/guards/guards.ts';
import { isSmoothing } from '../../charts/smoothing.ts';
import { isXRange, type XRange } from '../../charts/x-axis.ts';
import { restoreState } from '../../page-state.ts';

export const curveAxes = ['step', 'epochs', 'images', 'relative', 'wall'] as const;
/** What the x axis of the curves counts. */
export type CurveAxis = (typeof curveAxes)[number];

export interface CurvesState {
  readonly smoothing: number;
  readonly xAxis: CurveAxis;
  readonly yIsLog: boolean;
  readonly range: XRange | null;
  /** Run directories. */
  readonly hiddenRuns: readonly string[];
  /** Only scalars whose names contain these words are shown. */
  readonly search: string;
}

const initial: CurvesState = {
  smoothing: 0.6,
  xAxis: 'step',
  yIsLog: false,
  range: null,
  hiddenRuns: [],
  search: '',
};

export function restoreCurvesState(saved: unknown): CurvesState {
  return restoreState(saved, initial, {
    smoothing: isSmoothing,
    xAxis: isOneOf(curveAxes),
    yIsLog: isBoolean,
    range: isNullable(isXRange),
    hiddenRuns: isList(isString),
    search: isString,
  });
}
