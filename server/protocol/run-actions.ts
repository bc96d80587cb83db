import type { RunState } from '../../trainer/run-state/run-state.ts';
import type { RunSummary } from './runs.ts';

/** What a person can do to a run; the menus of the manifest name these. */
export const runActions = [
  'pause',
  'stop',
  'kill',
  'checkpoint',
  'validate',
  'resume',
  'train',
  'upscale',
  'again',
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
  finished: ['upscale', 'again', 'delete', 'log'],
  stopped: ['resume', 'again', 'delete', 'log'],
  failed: ['resume', 'again', 'delete', 'log'],
  lost: ['resume', 'again', 'delete', 'log'],
  unknown: ['delete', 'log'],
};

/** The actions that are possible in the run's state; none for external runs. */
export function actionsOf({
  kind,
  state,
  stage,
}: Pick<RunSummary, 'kind' | 'state' | 'stage'>): readonly RunAction[] {
  if (kind === 'external') return [];
  const isPretrained = state === 'finished' && stage === 'pretraining';
  return isPretrained ? ['train', ...byState[state]] : byState[state];
}
