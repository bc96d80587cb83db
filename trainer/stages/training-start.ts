import type { ResolvedConfig } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { generatorOf } from '../runs/checkpoint-files.ts';
import { bestWholeCheckpoint, latestCheckpoint } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';

/** The generator that the training stage starts from. */
interface TrainingStart {
  /** Its file of weights. */
  readonly file: string;
  /** Its validation PSNR in RGB, in dB; null if unknown. */
  readonly psnr: number | null;
  /** What is wrong with the checkpoints that would have been preferred, in sentences. */
  readonly problems: readonly string[];
}

/**
 * The generator of `training.init`: of the last or the best checkpoint of the run's pretraining (its EMA if there is
 * one), or a file.
 *
 * @throws WorkbenchError `run` if the run does not have the checkpoint
 */
export function findTrainingStart({ training }: ResolvedConfig, paths: RunPaths): TrainingStart {
  const { init } = training;
  if (init !== 'last' && init !== 'best') return { file: init, psnr: null, problems: [] };
  const { checkpoint, problems } =
    init === 'last'
      ? latestCheckpoint(paths, 'pretraining', 'generator')
      : bestWholeCheckpoint(paths, 'pretraining');
  if (!checkpoint) {
    const whole = problems.length > 0 ? 'whole ' : '';
    const missing = init === 'last' ? `no ${whole}checkpoint` : `no ${whole}validated checkpoint`;
    const found = problems.map((problem) => ` ${problem}`).join('');
    throw new WorkbenchError(
      'run',
      `training.init is \`${init}\`, but the run ${paths.name} has ${missing} of its pretraining in ${paths.checkpoints}.${found} Run \`esrgan train ${paths.name}.esrgan.yaml --stage pretraining\` first, or set \`training.init\` to a file of weights.`,
    );
  }
  return { file: generatorOf(checkpoint.path), psnr: checkpoint.state.metrics.psnr ?? null, problems };
}
