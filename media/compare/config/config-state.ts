import { isBoolean, isString } from '../../../trainer/guards/guards.ts';
import { restoreState } from '../../page-state.ts';

export interface ConfigState {
  /** Whether keys that do not differ are shown too. */
  readonly showsAll: boolean;
  readonly search: string;
}

export function restoreConfigState(saved: unknown): ConfigState {
  return restoreState<ConfigState>(
    saved,
    { showsAll: false, search: '' },
    { showsAll: isBoolean, search: isString },
  );
}
