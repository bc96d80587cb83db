import {
  type CheckpointFile,
  type CheckpointState,
  noNonFiniteSteps,
} from '../../../../trainer/runs/checkpoints.ts';

/** The state of a checkpoint at a step; `psnr` of its validation, if there was one. */
export function stateAt(
  step: number,
  changes: Partial<Omit<CheckpointState, 'format' | 'files'>> = {},
): Omit<CheckpointState, 'format' | 'files'> {
  return {
    stage: 'pretraining',
    step,
    epoch: 2,
    batch: 5,
    adamStep: step,
    nonFinite: noNonFiniteSteps,
    seed: 1,
    configHash: 'c0ffee',
    toolVersion: '0.1.0',
    engine: 'cpu',
    best: null,
    metrics: {},
    ...changes,
  };
}

/** Two files of two chunks each; their content identifies the write. */
export function filesOf(writing: string): CheckpointFile[] {
  return ['generator.safetensors', 'optimizer.safetensors'].map((name) => ({
    name,
    chunks: [Buffer.from(`${name} `), Buffer.from(writing)],
  }));
}
