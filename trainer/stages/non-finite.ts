import { WorkbenchError } from '../errors/errors.ts';
import {
  type Checkpoint,
  listCheckpoints,
  type NonFiniteSteps,
  noNonFiniteSteps,
} from '../runs/checkpoints.ts';
import { report, type StageContext, warn } from './stage-context.ts';

type Scalars = Readonly<Record<string, number>>;

/** A return to a checkpoint, from which the stage continues with smaller learning rates. */
export interface Rollback {
  readonly reason: 'rollback';
  /** Its state has the new factor of the learning rates. */
  readonly checkpoint: Checkpoint;
}

/** The steps whose losses or gradients are not finite. */
export interface NonFiniteGuard {
  /** Saved with each checkpoint. */
  readonly steps: NonFiniteSteps;
  /** Curves that the run file asks for. */
  readonly scalars: Scalars;
  /**
   * Takes the scalars of a step into account, before anything is saved.
   *
   * @param step its number
   * @throws WorkbenchError `notFinite` if they are not finite and the stage ends for that
   */
  check(scalars: Scalars, step: number): Rollback | undefined;
}

/** Rollbacks end when they would multiply the learning rates by less. */
const smallestFactor = 1e-3;

export function createNonFiniteGuard(context: StageContext): NonFiniteGuard {
  const { max_skipped: most, then, lr_factor: factor } = context.config.non_finite;
  let steps = context.checkpoint?.state.nonFinite ?? noNonFiniteSteps;

  function rollback(what: string): Rollback {
    const learningRateFactor = steps.learningRateFactor * factor;
    const checkpoint = learningRateFactor < smallestFactor ? undefined : lastGood(context);
    if (!checkpoint) throw diverged(context, what);
    warn(
      context,
      `Training diverged: ${what}. It returns to ${checkpoint.name}, with learning rates times ${learningRateFactor}.`,
    );
    const nonFinite = { ...checkpoint.state.nonFinite, learningRateFactor };
    return {
      reason: 'rollback',
      checkpoint: { ...checkpoint, state: { ...checkpoint.state, nonFinite } },
    };
  }

  return {
    get steps() {
      return steps;
    },
    get scalars(): Scalars {
      return most > 0 ? { skipped_steps: steps.skipped } : {};
    },
    check(scalars, step) {
      const bad = Object.entries(scalars).find(([, value]) => !Number.isFinite(value));
      if (!bad) {
        steps = { ...steps, inRow: 0 };
        return undefined;
      }
      const what = `${bad[0]} is ${bad[1]} at step ${step} of ${context.stage}`;
      const inRow = steps.inRow + 1;
      if (inRow > most) {
        if (then === 'rollback') return rollback(what);
        throw diverged(context, what);
      }
      steps = { ...steps, inRow, skipped: steps.skipped + 1 };
      report(context, `Skipped a step: ${what} (${inRow} of at most ${most} in a row).`);
      return undefined;
    },
  };
}

/**
 * The checkpoint to return to: the newest of those that every run has, whenever it was stopped and resumed, that is not
 * of a skipped step.
 */
export function lastGood({
  session,
  stage,
  config,
}: Pick<StageContext, 'session' | 'stage' | 'config'>): Checkpoint | undefined {
  return listCheckpoints(session.paths, stage).findLast(
    ({ state }) => state.nonFinite.inRow === 0 && state.step % config.checkpoints.every_steps === 0,
  );
}

function diverged(
  { session, stage, config: { pretraining, training } }: StageContext,
  what: string,
): WorkbenchError {
  const last = listCheckpoints(session.paths, stage).at(-1);
  const rates =
    stage === 'pretraining'
      ? `\`pretraining.lr\` (now ${pretraining.lr})`
      : `\`training.g_lr\` (now ${training.g_lr}) and \`training.d_lr\` (now ${training.d_lr})`;
  return new WorkbenchError(
    'notFinite',
    `Training diverged: ${what}. ${
      last
        ? `The last good checkpoint is ${last.name}; \`esrgan train --resume\` continues from it.`
        : 'There is no checkpoint yet.'
    } Lower ${rates}, or look for damaged images in the training data.`,
  );
}
