import type { RunSummary } from '../../server/protocol/runs.ts';
import type { RunState } from '../../trainer/run-state/run-state.ts';

/** What can be done to a run; whoever offers it (menus, pickers, context keys) asks `abilitiesOf`. */
export const abilities = [
  'pause',
  'stop',
  'kill',
  'checkpoint',
  'validate',
  'resume',
  'reorder',
  'delete',
  'log',
] as const;

export type Ability = (typeof abilities)[number];

const byState: Readonly<Record<RunState, readonly Ability[]>> = {
  queued: ['reorder'],
  starting: ['stop', 'kill', 'log'],
  running: ['pause', 'stop', 'kill', 'checkpoint', 'validate', 'log'],
  paused: ['resume', 'stop', 'kill', 'log'],
  finished: ['delete', 'log'],
  stopped: ['resume', 'delete', 'log'],
  failed: ['resume', 'delete', 'log'],
  lost: ['resume', 'delete', 'log'],
  unknown: ['delete', 'log'],
};

/** What can be done to this run in its state. Folders of other trainers can only be looked at. */
export function abilitiesOf({ kind, state }: Pick<RunSummary, 'kind' | 'state'>): readonly Ability[] {
  return kind === 'external' ? [] : byState[state];
}
