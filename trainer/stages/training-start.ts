import type { ResolvedConfig } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { generatorOf } from '../runs/checkpoint-files.ts';
import { bestCheckpoint, latestCheckpoint, listCheckpoints } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';

/** The generator that the training stage starts from. */
interface TrainingStart {
  /** Its file of weights. */
  readonly file: string;
  /** Its validation PSNR in RGB, in dB; null if unknown. */
  readonly psnr: number | null;
}

/**
 * The generator of `training.init`: of the last or the best checkpoint of the run's pretraining (its EMA if there is
 * one), or a file.
 *
 * @throws WorkbenchError `run` if the run does not have the checkpoint
 */
export function findTrainingStart({ training }: ResolvedConfig, paths: RunPaths): TrainingStart {
  const { init } = training;
  if (init !== 'last' && init !== 'best') return { file: init, psnr: null };
  const checkpoint =
    init === 'last'
      ? latestCheckpoint(paths, 'pretraining').checkpoint
      : bestCheckpoint(listCheckpoints(paths, 'pretraining'));
  if (!checkpoint) {
    const missing = init === 'last' ? 'no checkpoint' : 'no validated checkpoint';
    throw new WorkbenchError(
      'run',
      `training.init is \`${init}\`, but the run ${paths.name} has ${missing} of its pretraining in ${paths.checkpoints}. Run \`esrgan train ${paths.name}.esrgan.yaml --stage pretraining\` first, or set \`training.init\` to a file of weights.`,
    );
  }
  return { file: generatorOf(checkpoint.path), psnr: checkpoint.state.metrics.psnr ?? null };
}
