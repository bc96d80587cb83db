import { type CheckpointState, pruneCheckpoints, writeCheckpoint } from '../runs/checkpoints.ts';
import { toolVersion } from '../tool-version.ts';
import type { StageContext } from './stage-context.ts';
import type { ValidationScores } from './validation.ts';

/**
 * A function that writes a checkpoint of the current state and deletes the old ones; it does nothing if the step is
 * saved already.
 *
 * @returns a function of the steps done, the best validation so far and the scores of the one at this step
 */
export function createCheckpointer(
  context: StageContext,
): (step: number, best: CheckpointState['best'], scores?: ValidationScores) => Promise<void> {
  const { config, stage, session, loader, trainer, events } = context;
  let savedStep = trainer.startStep;

  return async (step, best, scores) => {
    if (step === savedStep) return;
    const files = await trainer.checkpointFiles();
    // Scalars first: a resume logs those after its checkpoint again, but never those before it.
    events.flush({ durable: true });
    writeCheckpoint(session.paths, files, {
      stage,
      step,
      epoch: Math.floor(step / loader.stepsPerEpoch),
      batch: step % loader.stepsPerEpoch,
      adamStep: step,
      seed: config.seed,
      configHash: context.configHash,
      toolVersion,
      engine: context.engineName,
      best,
      metrics: scores ? { psnr: scores.rgb.psnr, ssim: scores.rgb.ssim, psnr_y: scores['paper-y'].psnr } : {},
    });
    const problems = await pruneCheckpoints(session.paths, stage, config.checkpoints.keep, step);
    for (const problem of problems) session.log(problem);
    savedStep = step;
    session.log(`Checkpoint at step ${step}.`);
  };
}
