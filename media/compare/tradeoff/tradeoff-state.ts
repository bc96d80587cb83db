import { isBoolean, isNullable, isString } from '../../../trainer/guards/guards.ts';
import { restoreState } from '../../page-state.ts';

export interface TradeoffState {
  /** Ids of the axes of the plot; null: the first that fit. */
  readonly x: string | null;
  readonly y: string | null;
  /** Whether every checkpoint is a point, not only the models of the table. */
  readonly showsAllCheckpoints: boolean;
  readonly showsFront: boolean;
}

export function restoreTradeoffState(saved: unknown): TradeoffState {
  return restoreState<TradeoffState>(
    saved,
    { x: null, y: null, showsAllCheckpoints: false, showsFront: false },
    {
      x: isNullable(isString),
      y: isNullable(isString),
      showsAllCheckpoints: isBoolean,
      showsFront: isBoolean,
    },
  );
}
