import type { ResolvedConfig } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { generatorOf } from '../runs/checkpoint-files.ts';
import { bestCheckpoint, latestCheckpoint, listCheckpoints } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';

/** The generator that the training stage begins with. */
export interface TrainingStart {
  /** Its file of weights. */
  readonly file: string;
  /** Its validation PSNR in RGB, in dB; null where it is not known. */
  readonly psnr: number | null;
}

/**
 * What `training.init` stands for: the last or the best checkpoint of the run's own pre-training, of which the
 * running average is taken where the run keeps one, or a file.
 *
 * @throws WorkbenchError `run` where the run has no such checkpoint, saying what to do
 */
export function findTrainingStart({ training }: ResolvedConfig, paths: RunPaths): TrainingStart {
  const { init } = training;
  if (init !== 'last' && init !== 'best') return { file: init, psnr: null };
  const checkpoint =
    init === 'last'
      ? latestCheckpoint(paths, 'pretraining').checkpoint
      : bestCheckpoint(listCheckpoints(paths, 'pretraining'));
  if (!checkpoint) {
    const lack =
      init === 'last' ? 'no checkpoint of its pretraining' : 'no validated checkpoint of its pretraining';
    throw new WorkbenchError(
      'run',
      `training.init is \`${init}\`, but the run ${paths.name} has ${lack} in ${paths.checkpoints}. Run \`esrgan train ${paths.name}.esrgan.yaml --stage pretraining\` first, or let \`training.init\` name a file of weights.`,
    );
  }
  return { file: generatorOf(checkpoint.path), psnr: checkpoint.state.metrics.psnr ?? null };
}
