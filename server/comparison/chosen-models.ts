import { join } from 'node:path';
import { bicubicSha256, interpolationSha256 } from '../../trainer/evaluate/results/evaluation-files.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { formatCount } from '../../trainer/format/format.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { generatorSha256 } from '../../trainer/runs/checkpoint-files.ts';
import { bestCheckpoint, type Checkpoint, listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import {
  bicubicModel,
  type CheckpointChoice,
  type ModelChoice,
  type ModelReference,
} from '../protocol/comparison.ts';
import type { OpenedRun } from './compared-run.ts';

/** A model of a run that a query selects. */
export interface ChosenModel {
  /** Place in the query's `models`. */
  readonly choice: number;
  readonly label: string;
  readonly reference: ModelReference;
  readonly checkpoints: readonly Checkpoint[];
  /** As evaluations name it; undefined where a checkpoint does not say. */
  readonly weights: string | undefined;
}

/** The models of a run, in the order of the choices; what it lacks is left out. Reads no weights. Never throws. */
export function chosenModels(run: OpenedRun, choices: readonly ModelChoice[]): ChosenModel[] {
  const root = run.paths.root;
  const checkpoints = {
    pretraining: listCheckpoints(run.paths, 'pretraining'),
    training: listCheckpoints(run.paths, 'training'),
  };
  return choices.flatMap((choice, index) => {
    const model =
      choice.kind === 'checkpoint'
        ? single(root, checkpoints, choice)
        : interpolated(root, checkpoints, choice);
    return model === undefined ? [] : [{ choice: index, label: labelOf(choice), ...model }];
  });
}

/** The checksum of a model's weights in evaluations; undefined where its checkpoint no longer exists. */
export function weightsOf(
  run: OpenedRun,
  { checkpoint, interpolatedWith }: ModelReference,
): string | undefined {
  if (checkpoint === bicubicModel) return run.config && bicubicSha256(run.config.scale_factor);
  const all = listCheckpoints(run.paths);
  const shaOf = (path: string) => {
    const found = all.find((each) => each.path === path);
    return found && generatorSha256(found.state);
  };
  const first = shaOf(checkpoint);
  if (interpolatedWith === null || first === undefined) return first;
  const second = shaOf(interpolatedWith.checkpoint);
  return second === undefined ? undefined : interpolationSha256(interpolatedWith.alpha, [first, second]);
}

/** A choice as people and `esrgan compare` call it. */
function labelOf(choice: ModelChoice): string {
  if (choice.kind === 'checkpoint') return checkpointLabel(choice.stage, choice.checkpoint);
  const { alpha, pretraining, training } = choice;
  const label = `interpolated ${alpha}`;
  if (pretraining === 'best' && training === 'last') return label;
  return `${label} of ${checkpointLabel('pretraining', pretraining)} and ${checkpointLabel('training', training)}`;
}

function checkpointLabel(stage: Stage, checkpoint: CheckpointChoice): string {
  if (typeof checkpoint === 'number') return `${stage} ${formatCount(checkpoint)}`;
  const usual = stage === 'pretraining' ? 'best' : 'last';
  const name = stage === 'pretraining' ? 'PSNR' : 'ESRGAN';
  return checkpoint === usual ? name : `${name}, ${checkpoint}`;
}

type Model = Omit<ChosenModel, 'choice' | 'label'>;

type CheckpointsByStage = Readonly<Record<Stage, readonly Checkpoint[]>>;

function single(
  run: string,
  checkpoints: CheckpointsByStage,
  { stage, checkpoint: which }: Extract<ModelChoice, { kind: 'checkpoint' }>,
): Model | undefined {
  const checkpoint = findCheckpoint(checkpoints[stage], which);
  return (
    checkpoint && {
      reference: { run, checkpoint: checkpoint.path, interpolatedWith: null },
      checkpoints: [checkpoint],
      weights: generatorSha256(checkpoint.state),
    }
  );
}

function interpolated(
  run: string,
  checkpoints: CheckpointsByStage,
  { alpha, pretraining, training }: Extract<ModelChoice, { kind: 'interpolated' }>,
): Model | undefined {
  const first = findCheckpoint(checkpoints.pretraining, pretraining);
  const second = findCheckpoint(checkpoints.training, training);
  if (first === undefined || second === undefined) return undefined;
  const [one, other] = [generatorSha256(first.state), generatorSha256(second.state)];
  return {
    reference: {
      run,
      checkpoint: first.path,
      interpolatedWith: { checkpoint: second.path, alpha },
    },
    checkpoints: [first, second],
    weights: one === undefined || other === undefined ? undefined : interpolationSha256(alpha, [one, other]),
  };
}

/** The best by the run file's measure, or the last where nothing was validated. */
function findCheckpoint(checkpoints: readonly Checkpoint[], which: CheckpointChoice): Checkpoint | undefined {
  if (which === 'best') {
    const best = bestCheckpoint(checkpoints);
    if (best !== undefined) return best;
  }
  if (typeof which === 'number') return checkpoints.find(({ state }) => state.step === which);
  return checkpoints.findLast(isComplete);
}

/** Whether all files are there in their length; readers check their content. */
function isComplete({ path, state }: Checkpoint): boolean {
  return Object.entries(state.files).every(([name, { bytes }]) => statOf(join(path, name))?.size === bytes);
}
