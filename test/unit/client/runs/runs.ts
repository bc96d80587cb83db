import type { CheckpointSummary, RunDetail, RunSummary } from '../../../../server/protocol/runs.ts';
import { noNotes } from '../../../../trainer/run-state/notes.ts';

/** A run in the middle of its training, with these changes. */
export function aRun(given: Partial<RunSummary> = {}): RunSummary {
  const name = given.name ?? 'photos';
  return {
    run: `/w/runs/${name}`,
    name,
    runsDir: '/w/runs',
    kind: 'esrgan',
    state: 'running',
    reason: null,
    stage: 'training',
    next: null,
    epoch: 120,
    epochs: 8000,
    step: 88210,
    steps: 144000,
    rate: 4.1,
    etaSeconds: 4320,
    loss: 0.01234,
    score: { metric: 'psnr', value: 25.4 },
    queuePosition: null,
    color: 0,
    notes: noNotes,
    hints: [],
    created: 1000,
    updated: 2000,
    ...given,
  };
}

/** The detail of a run without children, with these changes. */
export function aDetail(given: Partial<RunDetail> = {}): RunDetail {
  return {
    summary: aRun(),
    memoryBytes: null,
    sessions: [],
    bestMetric: 'psnr',
    checkpoints: [],
    samples: [],
    stepsBeforeTraining: 0,
    mirror: null,
    logTail: [],
    files: { config: null, log: null },
    ...given,
  };
}

/** A checkpoint at a step, with these changes. */
export function aCheckpoint(given: Partial<CheckpointSummary> & { step: number }): CheckpointSummary {
  return {
    path: `/w/runs/photos/checkpoints/training-${given.step}`,
    stage: 'training',
    epoch: 1,
    metrics: {},
    bytes: 66_846_720,
    saved: 0,
    best: false,
    last: false,
    kept: false,
    ...given,
  };
}
