import type { CheckpointChoice, ModelChoice } from '../../../server/protocol/comparison.ts';
import type { RunDetail } from '../../../server/protocol/runs.ts';
import { formatCount } from '../../../trainer/format/format.ts';
import type { Stage } from '../../../trainer/run-state/run-state.ts';

export function describeModel(choice: ModelChoice): string {
  if (choice.kind === 'checkpoint') return describeCheckpoint(choice.stage, choice.checkpoint);
  const { alpha, pretraining, training } = choice;
  const parts = [describeCheckpoint('pretraining', pretraining), describeCheckpoint('training', training)];
  return `interpolated α ${alpha} (${parts.join(' and ')})`;
}

function describeCheckpoint(stage: Stage, checkpoint: CheckpointChoice): string {
  return typeof checkpoint === 'number'
    ? `${stage}, step ${formatCount(checkpoint)}`
    : `${checkpoint} of ${stage}`;
}

/** Adds a model unless it is among them already. */
export function withModel(models: readonly ModelChoice[], added: ModelChoice): readonly ModelChoice[] {
  const key = modelChoiceKey(added);
  return models.some((model) => modelChoiceKey(model) === key) ? models : [...models, added];
}

function modelChoiceKey(choice: ModelChoice): string {
  return choice.kind === 'checkpoint'
    ? JSON.stringify([choice.stage, choice.checkpoint])
    : JSON.stringify([choice.alpha, choice.pretraining, choice.training]);
}

/** The steps at which any run has a checkpoint of a stage, rising. */
export function checkpointSteps(details: readonly RunDetail[], stage: Stage): number[] {
  const steps = details.flatMap(({ checkpoints }) =>
    checkpoints.filter((checkpoint) => checkpoint.stage === stage).map(({ step }) => step),
  );
  return [...new Set(steps)].sort((a, b) => a - b);
}
