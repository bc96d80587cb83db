import { isNullable, isString } from '../../../trainer/guards/guards.ts';
import { restoreState } from '../../page-state.ts';

/** Ids of the axes of the plot; null: the first that fit. */
export interface TradeoffState {
  readonly x: string | null;
  readonly y: string | null;
}

export function restoreTradeoffState(saved: unknown): TradeoffState {
  return restoreState<TradeoffState>(
    saved,
    { x: null, y: null },
    { x: isNullable(isString), y: isNullable(isString) },
  );
}
