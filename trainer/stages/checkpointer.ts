import { isDeepStrictEqual } from 'node:util';
import { type Checkpoint, pruneCheckpoints, recordValidation, writeCheckpoint } from '../runs/checkpoints.ts';
import { toolVersion } from '../tool-version.ts';
import { lastGood, type NonFiniteGuard } from './non-finite.ts';
import type { StageContext } from './stage-context.ts';
import type { Validator } from './validation.ts';

interface Checkpointer {
  /**
   * Writes a checkpoint of the current state, with its validation if there was one, and deletes the old ones. If the step
   * is saved already, only its validation is added.
   */
  save(step: number): Promise<void>;
  /** The step of the last checkpoint; the first of the session if there is none. */
  readonly savedStep: number;
}

export function createCheckpointer(
  context: StageContext,
  validator: Pick<Validator, 'best' | 'metricsAt' | 'progress'>,
  nonFinite: Pick<NonFiniteGuard, 'steps'>,
): Checkpointer {
  const { config, stage, session, loader, trainer, events } = context;
  let saved: Checkpoint | undefined = context.checkpoint;

  async function write(step: number): Promise<Checkpoint> {
    const files = await trainer.checkpointFiles();
    // Scalars first: a resume logs those after its checkpoint again, but never those before it.
    events.flush({ durable: true });
    const state = {
      stage,
      step,
      epoch: Math.floor(step / loader.stepsPerEpoch),
      batch: step % loader.stepsPerEpoch,
      adamStep: step - nonFinite.steps.skipped,
      seed: config.seed,
      configHash: context.configHash,
      toolVersion,
      engine: context.engineName,
      best: validator.best,
      metrics: validator.metricsAt(step),
      progress: validator.progress,
      nonFinite: nonFinite.steps,
    };
    const written = writeCheckpoint(session.writable(), files, state, session.writable);
    session.log(`Checkpoint at step ${step}.`);
    return written;
  }

  const savedStep = () => saved?.state.step ?? trainer.startStep;
  return {
    get savedStep() {
      return savedStep();
    },
    async save(step) {
      const metrics = validator.metricsAt(step);
      if (step !== savedStep()) {
        saved = await write(step);
      } else if (saved && !isDeepStrictEqual(metrics, saved.state.metrics)) {
        events.flush({ durable: true });
        session.writable();
        saved = recordValidation(saved, { best: validator.best, metrics, progress: validator.progress });
      } else {
        return;
      }
      const { keep } = config.checkpoints;
      const needed = config.non_finite.then === 'rollback' ? lastGood(context)?.path : undefined;
      const problems = await pruneCheckpoints(session.writable(), stage, keep, step, needed);
      for (const problem of problems) session.log(problem);
    },
  };
}
