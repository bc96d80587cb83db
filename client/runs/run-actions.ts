import type { RunSummary } from '../../server/protocol/runs.ts';
import type { RunState } from '../../trainer/run-state/run-state.ts';

/** What a person can do to a run; the menus of the manifest name these. */
export const runActions = [
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

export type RunAction = (typeof runActions)[number];

const byState: Readonly<Record<RunState, readonly RunAction[]>> = {
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

/** The actions that are possible in the run's state; none for external runs. */
export function actionsOf({ kind, state }: Pick<RunSummary, 'kind' | 'state'>): readonly RunAction[] {
  return kind === 'external' ? [] : byState[state];
}
